import { beginningOf } from "../text/beginning.ts";

/** The most characters of a value that an error shows. */
const MOST = 100;

/** A value of the command line, or of the environment, as an error shows it: in quotes, short, and {@link masked}. */
export function shown(value: string): string {
  const text = masked(value);
  return JSON.stringify(text.length > MOST ? `${beginningOf(text, MOST)}…` : text);
}

/**
 * A text without what may be a password: what is between a colon and an at sign or behind `password=`, and a key in
 * PEM. Everything that a command says of a mistake passes through here, because a password that was given in a wrong
 * way would otherwise be in the message, and with it in logs.
 */
export function masked(text: string): string {
  return text
    .replace(/(-----BEGIN [A-Z ]*-----)(?:\s|\\n)*[\w+/=!].*/s, "$1…")
    .replace(/:(?!\/\/)[^\s"]*@/g, ":***@")
    .replace(PARAMETER, "$1***");
}

/** Whether a text has a parameter with a password in it, as URLs and databases write it. */
export function hasPasswordParameter(text: string): boolean {
  return text.search(PARAMETER) >= 0;
}

/** `bypass=` and `compass=` are none. */
const PARAMETER = /((?:pass(?:word|wd|phrase)|(?<![a-z])(?:ssl)?pass)\s*=\s*)[^&;,\s"]+/gi;
