import type { Dialect } from "../../../protocol/dialect.ts";
import type { SmtpTransportBuilder } from "../builder.ts";
import { Credentials } from "../login/credentials.ts";
import { applyParameters } from "./url-parameters.ts";
import { wrongUrl } from "./wrong-url.ts";

/** Begins a builder; the path of a Unix socket is told to it afterwards. */
type Begin<Built> = (host: string, dialect: Dialect) => SmtpTransportBuilder<Built>;

/**
 * The builder that a URL describes; what the URLs are, `SmtpTransport.fromUrl` says.
 *
 * @param only The one protocol there may be, where there is but one.
 */
export function builderFromUrl<Built>(
  text: string,
  begin: Begin<Built>,
  only?: Dialect,
): SmtpTransportBuilder<Built> {
  const url = parse(text);
  const scheme = schemes[url.protocol];
  if (scheme === undefined || (only ?? scheme.dialect) !== scheme.dialect)
    throw wrongUrl(`${url.protocol} is none of ${schemesOf(only).join(", ")}`);
  const { dialect, unix } = scheme;
  const builder = unix ? begin("localhost", dialect).unixSocket(pathOf(url)) : begin(hostOf(url), dialect);
  if (url.port !== "") builder.port(Number(url.port));
  if (url.username !== "" || url.password !== "") {
    builder.credentials(
      Credentials.password(decoded(url.username, "user"), decoded(url.password, "password")),
    );
  }
  return applyParameters(builder, url);
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
  if (typeof text !== "string") throw wrongUrl("expects a URL");
  // The parser would take them out.
  const stranger = text.search(/[\0-\x20\x7f]/);
  if (stranger >= 0) throw wrongUrl(`a URL holds no white space, and there is some at position ${stranger}`);
  try {
    return new URL(text);
  } catch {
    // The text may hold a password: it is not repeated.
    throw wrongUrl(`this is no URL; expected smtps://user:password@host or smtp://host${encoded(text)}`);
  }
}

function hostOf(url: URL): string {
  if (url.hostname === "") throw wrongUrl("the host is missing");
  if ((url.pathname !== "" && url.pathname !== "/") || url.hash !== "")
    throw wrongUrl(
      `nothing follows the host but a port and ?parameters, such as helloName${encoded(url.href)}`,
    );
  return decoded(url.hostname, "host");
}

function pathOf(url: URL): string {
  if (!["", "localhost"].includes(url.hostname) || url.port !== "" || url.hash !== "")
    throw wrongUrl(`${url.protocol} is followed by three slashes and a path`);
  return decoded(url.pathname, "path");
}

/** What is likely meant where there is an `@`: a password that breaks off the URL. */
function encoded(text: string): string {
  const advice = "; in user and password, # / ? : @ are percent-encoded, as encodeURIComponent does it";
  return /@/.test(text) ? advice : "";
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrongUrl(`the ${what} is not percent-encoded as it should be`);
  }
}
