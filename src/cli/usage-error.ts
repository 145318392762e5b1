/**
 * What commander says of a wrong command line, without words of the person that may be a password. Names of flags and
 * commands are shown as far as they can be names: `-psecret` is `-p`, `--auth-password=secret` is `--auth-password`.
 */
export function usageError(text: string): string {
  const [, before = "", word, after = ""] = WITH_WORD.exec(text) ?? [];
  if (word === undefined) return text.startsWith(TOO_MANY) ? `${text}${QUOTES_ADVICE}` : text;
  const name = word.startsWith("-") ? flagIn(word) : PLAIN.test(word) ? word : undefined;
  if (name !== undefined && after.includes(`(Did you mean ${name}?)`))
    return `error: '${name}' takes no value\n`;
  const known = name === undefined ? "" : ` '${name}'`;
  const advice = name !== undefined && FOR_PASSWORD.test(name) ? PASSWORD_ADVICE : "";
  return `${before}${known}${after.trimEnd()}\n${advice}`;
}

/** The word may contain quotes and line ends; what follows it is of commander. */
const WITH_WORD =
  /^(error: (?:unknown option|unknown command|command-argument value|option '[^'\n]*' argument)) '(.*)'((?: is invalid.*)?(?:\n\(Did you mean .*\))?\n?)$/s;

const TOO_MANY = "error: too many arguments";
const QUOTES_ADVICE = "(A value with blanks must be in quotes)\n";

/** A word that is rather misspelt than secret. */
const PLAIN = /^[a-z]{1,12}(?:-[a-z]{1,12})?$/;

const FOR_PASSWORD = /^-(?:-.*)?a?(?:p$|pass|pw)/i;

const PASSWORD_ADVICE =
  "(Every user of this machine can read arguments, so a password is not one: put it into ENVOI_PASSWORD)\n";

/** The part of an argument that can be the name of a flag. */
function flagIn(argument: string): string {
  const [before = ""] = argument.split("=", 1);
  // One letter is the flag, and the rest may be its value. Two letters are a flag of other programs, such as -ap.
  if (!before.startsWith("--")) return before.length <= 3 ? before : before.slice(0, 2);
  const [name = "--"] = /^--[a-z]*(?:-[a-z]+)*/i.exec(before) ?? [];
  return /^.*?(?:password|passwd|pass|secret|token)/i.exec(name)?.[0] ?? name;
}
