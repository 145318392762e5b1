import type { ProxyServer } from "../../../net/client/proxy-server.ts";
import { refuseOption } from "../../../text/options/option-reader.ts";
import { hostOf } from "../host.ts";
import { tlsParameters } from "../tls/tls-mode.ts";
import { TlsParameters } from "../tls/tls-parameters.ts";

/**
 * The proxy that a URL names; the builder's `proxy` says which URLs there are.
 *
 * @throws EnvoiError of kind `"configuration"`, which does not repeat the URL: it may contain a password.
 */
export function proxyFromUrl(text: string, parameters?: TlsParameters): ProxyServer {
  tlsParameters(parameters, "proxy");
  const url = parse(text);
  const kind = kinds[url.protocol];
  if (kind === undefined) throw wrong(`expected ${Object.keys(kinds).join(", ")}, got ${url.protocol}`);
  const { protocol, port } = kind;
  if (url.hostname === "") throw wrong("the host is missing");
  if (!["", "/"].includes(url.pathname) || url.search !== "" || url.hash !== "")
    throw wrong("expected nothing after host and port, got more");
  if (parameters !== undefined && protocol !== "https")
    throw wrong("TLS parameters are only used with https:");
  const host = hostOf(decoded(url.hostname));
  const trusted = parameters ?? TlsParameters.builder().build();
  return {
    protocol,
    host,
    port: url.port === "" ? port : Number(url.port),
    login: loginOf(url, protocol),
    name: trusted.domain ?? host,
    trust: () => TlsParameters.trust(trusted),
  };
}

/** `socks5h` is what curl calls a proxy that looks names up; here every one does. */
const kinds: Readonly<Record<string, { readonly protocol: ProxyServer["protocol"]; readonly port: number }>> =
  {
    "http:": { protocol: "http", port: 80 },
    "https:": { protocol: "https", port: 443 },
    "socks5:": { protocol: "socks5", port: 1080 },
    "socks5h:": { protocol: "socks5", port: 1080 },
  };

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw wrong("expected http://host:3128 or socks5://user:password@host:1080, got something else");
  }
}

function loginOf({ username, password }: URL, protocol: ProxyServer["protocol"]): ProxyServer["login"] {
  if (username === "" && password === "") return undefined;
  const login = { user: decoded(username), password: decoded(password) };
  if (protocol !== "socks5") {
    if (login.user.includes(":"))
      throw wrong("the user of an HTTP proxy must not contain a colon (RFC 7617)");
  } else if (Object.values(login).some((part) => part === "" || Buffer.byteLength(part) > 255)) {
    throw wrong("user and password of a SOCKS proxy must have 1 to 255 bytes each (RFC 1929)");
  }
  return login;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong("not percent-encoded correctly");
  }
}

function wrong(problem: string): Error {
  return refuseOption("proxy", problem);
}
