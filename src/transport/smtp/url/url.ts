import type { Dialect } from "../../../protocol/dialect.ts";
import { refuseOption, wrongOption } from "../../../text/options/option-reader.ts";
import { Credentials } from "../login/credentials.ts";
import { settingsIn } from "./url-parameters.ts";
import type { ReadUrl, UrlSetting } from "./url-settings.ts";

/**
 * Reads the URL of a server; `SmtpTransport.fromUrl` says which there are.
 *
 * @param only The one protocol that is possible, if there is only one.
 * @throws EnvoiError of kind `"configuration"`, which does not repeat the URL: it may contain a password.
 */
export function readUrl(text: string, only?: Dialect): ReadUrl {
  const url = parse(text);
  const scheme = schemes[url.protocol];
  if (scheme === undefined || (only ?? scheme.dialect) !== scheme.dialect)
    throw wrong(`expected ${schemesOf(only).join(", ")}, got ${url.protocol}`);
  const { dialect, unix } = scheme;
  const host = unix ? "localhost" : hostOf(url);
  const settings: UrlSetting[] = unix ? [["unixSocket", pathOf(url)]] : [];
  if (url.port !== "") settings.push(["port", Number(url.port)]);
  if (url.username !== "" || url.password !== "") {
    const [user, password] = [decoded(url.username, "user"), decoded(url.password, "password")];
    settings.push(["credentials", Credentials.password(user, password)]);
  }
  return { dialect, host, settings: [...settings, ...settingsIn(url)] };
}

const schemes: Readonly<Record<string, { readonly dialect: Dialect; readonly unix?: true }>> = {
  "smtp:": { dialect: "smtp" },
  "smtps:": { dialect: "smtp" },
  "lmtp:": { dialect: "lmtp" },
  "smtp+unix:": { dialect: "smtp", unix: true },
  "lmtp+unix:": { dialect: "lmtp", unix: true },
};

function schemesOf(only: Dialect | undefined): string[] {
  return Object.keys(schemes).filter((name) => (only ?? schemes[name]?.dialect) === schemes[name]?.dialect);
}

function parse(text: string): URL {
  if (typeof text !== "string") throw wrongOption("url", "a URL as a string", text);
  // The parser would take them out.
  const stranger = text.search(/[\0-\x20\x7f]/);
  if (stranger >= 0) throw wrong(`there is white space at position ${stranger}`);
  try {
    return new URL(text);
  } catch {
    throw wrong("expected smtps://user:password@host or smtp://host, got something else", encoded(text));
  }
}

function hostOf(url: URL): string {
  if (url.hostname === "") throw wrong("the host is missing");
  if ((url.pathname !== "" && url.pathname !== "/") || url.hash !== "")
    throw wrong(
      "expected only a port and ?parameters after the host, such as ?helloName=",
      encoded(url.href),
    );
  return decoded(url.hostname, "host");
}

function pathOf(url: URL): string {
  if (!["", "localhost"].includes(url.hostname) || url.port !== "" || url.hash !== "")
    throw wrong(`expected three slashes and a path after ${url.protocol}`);
  return decoded(url.pathname, "path");
}

/** What to do if there is an `@`: a character of a password has probably ended the URL. */
function encoded(text: string): string | undefined {
  const advice = "In user and password, encode # / ? : @ with encodeURIComponent()";
  return text.includes("@") ? advice : undefined;
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(`the ${what} is not percent-encoded correctly`);
  }
}

function wrong(problem: string, remedy?: string): Error {
  return refuseOption("url", problem, remedy);
}
