import { isIP } from "node:net";
import { EnvoiError } from "../../../errors.ts";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import { hasPasswordParameter } from "../../masked.ts";
import type { Terminal } from "../../terminal.ts";

/** The server that was named, with its login taken out of the URL. */
export interface NamedRelay {
  /** What named it: a flag or a variable of the environment. */
  readonly source: string;
  /** Without user and password. */
  readonly url: URL;
  /** The user in the URL. */
  readonly user: string | undefined;
  /** The password in the URL. */
  readonly password: string | undefined;
  /** Whether it may be a password: `envoi catch` takes one alone in ENVOI_RELAY. A host alone looks the same. */
  readonly mayBePassword: boolean;
}

/**
 * The relay: of the flag, else of ENVOI_RELAY, else of SMTP_URL, else the one on this machine.
 *
 * @param argument what errors call the flag
 * @throws CommandError if it is not a URL or a host, or a password is in the flag.
 */
export function namedRelay(
  flag: string | undefined,
  environment: Terminal["environment"],
  argument = "--relay",
): NamedRelay {
  if (flag !== undefined) {
    refusePassword(flag, argument, RELAY_REMEDY);
    return read(flag, argument);
  }
  for (const name of ["ENVOI_RELAY", "SMTP_URL"]) {
    const value = environment[name];
    if (value === undefined || value === "") continue;
    if (/[:/]/.test(value)) return read(value, name);
    if (!HOST.test(value)) throw notRelay(name, value);
    return { ...read(value, name), mayBePassword: name === "ENVOI_RELAY" && value !== "localhost" };
  }
  return read("smtp://localhost", "--relay");
}

/**
 * Refuses a URL with a password in the arguments of the command.
 *
 * @param remedy where the password belongs
 * @param hasPath whether path and query of the URL have a meaning, so that they may contain a colon and an at sign
 * @throws CommandError that does not repeat it.
 */
export function refusePassword(
  text: string,
  flag: string,
  remedy: string,
  { hasPath = false }: { readonly hasPath?: boolean } = {},
): void {
  if (hasPassword(text, hasPath))
    throw new CommandError(
      `${flag}: expected a URL without a password, because every user of this machine can read arguments. ${remedy}`,
    );
}

/** Whether there is a password, also one with characters that end the login, or the URL. */
function hasPassword(text: string, hasPath: boolean): boolean {
  if (hasPasswordParameter(text)) return true;
  const rest = text.replace(/^[a-z0-9+]+:\/\//i, "");
  const url = parsed(text);
  // A character of the password may be what makes it not valid.
  if (url === undefined) return /:[^@]*@/.test(rest);
  if (url.password !== "") return true;
  const proxy = url.searchParams.get("proxy") ?? "";
  if (proxy !== "" && hasPassword(proxy, false)) return true;
  if (url.username !== "" || url.hostname === "") return false;
  // What looks like a host with a path may be a login: a character of the password has ended it.
  const doubtful = hasPath ? url.hash : rest.replace(PROXY, "");
  return doubtful.includes("@") && /:[^@]*@/.test(rest);
}

/** A parameter that is a URL. */
const PROXY = /(?<=[?&])proxy=[^&#]*/;

/** A host alone, with or without a user. Names in networks of containers may have underscores. */
const HOST = /^(?:[^@]+@)?\w(?:[\w-]*\w)?(?:\.\w(?:[\w-]*\w)?)*\.?$/;

const RELAY_REMEDY =
  "Put the whole URL into ENVOI_RELAY, or the password into ENVOI_PASSWORD, or leave it out to be asked for it";

function read(text: string, name: string): NamedRelay {
  const url = parsed(text);
  if (url === undefined || (url.hostname === "" && !url.protocol.endsWith("+unix:")))
    throw notRelay(name, text);
  const [user, password] = [url.username, url.password].map((part) => decoded(part, name));
  url.username = "";
  url.password = "";
  return {
    ...{ source: name, url, user: user || undefined, password: password || undefined },
    mayBePassword: false,
  };
}

function notRelay(name: string, text: string): CommandError {
  return new CommandError(
    `${name}: expected smtp://host, smtps://host, lmtp://host, smtp+unix:///path or host:port, got something else` +
      (text.includes("@") ? ". In user and password, # / ? : @ must be percent-encoded" : ""),
  );
}

/** Names the flag or the variable in an error about the URL. What is in a variable is not shown. */
export function inNamed<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!EnvoiError.is(error)) throw error;
    const problem = error.message.replace(/^url: /, "");
    const inVariable = source === "ENVOI_RELAY" || source === "SMTP_URL";
    const told = inVariable ? problem.replace(/ \(at position .*$/s, "") : problem;
    throw new CommandError(`${source}: ${told}`, ExitStatus.usage, { cause: error });
  }
}

/** A URL, also of a host alone, with or without a port, and of the path of a Unix socket. */
function parsed(text: string): URL | undefined {
  if (/[\0-\x20\x7f]/.test(text)) return undefined;
  try {
    if (/^[a-z][a-z0-9+]*:\/\//i.test(text)) return new URL(text);
    if (text.startsWith("/")) return new URL(`smtp+unix://${text}`);
    const url = new URL(`smtp://${isIP(text) === 6 ? `[${text}]` : text}`);
    if (url.port === "465") return new URL(url.href.replace(/^smtp:/, "smtps:"));
    if (url.port === "587" && !url.searchParams.has("tls")) url.searchParams.set("tls", "required");
    return url;
  } catch {
    return undefined;
  }
}

function decoded(part: string, name: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new CommandError(`${name}: the user or the password in the URL is not percent-encoded correctly`);
  }
}
