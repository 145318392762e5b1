import { callersMistake, EnvoiError } from "../../errors.ts";
import type { SmtpTransportBuilder } from "./builder.ts";
import { Credentials } from "./credentials.ts";
import { Tls } from "./tls-mode.ts";

/** The builder that a URL describes; what the URLs are, `SmtpTransport.fromUrl` says. */
export function builderFromUrl(
  text: string,
  begin: (host: string) => SmtpTransportBuilder,
): SmtpTransportBuilder {
  const url = parse(text);
  const builder = begin(decoded(url.hostname, "host")).tls(tlsOf(url));
  if (url.port !== "") builder.port(Number(url.port));
  if (url.username !== "" || url.password !== "") {
    builder.credentials(
      Credentials.password(decoded(url.username, "user"), decoded(url.password, "password")),
    );
  }
  return builder;
}

function parse(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // The text may hold a password: it is not repeated.
    throw wrong("this is no URL; expected smtp://host or smtps://user:password@host");
  }
  if (url.protocol !== "smtp:" && url.protocol !== "smtps:")
    throw wrong(`${url.protocol} is neither smtp: nor smtps:`);
  if (url.hostname === "") throw wrong("the host is missing");
  if ((url.pathname !== "" && url.pathname !== "/") || url.hash !== "")
    throw wrong("nothing may follow the host but ?tls=");
  return url;
}

function tlsOf({ protocol, searchParams }: URL): Tls {
  const names = [...searchParams.keys()];
  const stranger = names.find((name) => name !== "tls");
  if (stranger !== undefined)
    throw wrong(`the parameter ${JSON.stringify(stranger)} is not known; there is only tls`);
  if (names.length > 1) throw wrong("tls is said more than once");
  const tls = searchParams.get("tls");
  if (protocol === "smtps:") {
    if (tls === null || tls === "wrapper") return Tls.Wrapper;
    throw wrong("smtps: speaks TLS from the first octet; ?tls= goes with smtp:");
  }
  switch (tls) {
    case null:
    case "none":
      return Tls.None;
    case "opportunistic":
      return Tls.Opportunistic;
    case "required":
      return Tls.Required;
    default:
      throw wrong("tls is one of none, opportunistic and required");
  }
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(`the ${what} is not percent-encoded as it should be`);
  }
}

function wrong(problem: string): EnvoiError {
  return new EnvoiError(`SmtpTransport.fromUrl: ${problem}`, { kind: "configuration", ...callersMistake });
}
