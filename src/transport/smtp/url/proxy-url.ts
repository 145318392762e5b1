import type { ProxyServer } from "../../../net/client/proxy-server.ts";
import { hostOf } from "../host.ts";
import { TlsParameters } from "../tls/tls-parameters.ts";
import { wrongOption } from "../wrong-option.ts";

/**
 * The proxy that a URL names; which URLs there are, the builder's `proxy` says.
 *
 * @throws EnvoiError of kind `"configuration"`, which does not repeat the URL: it may hold a password.
 */
export function proxyFromUrl(text: string, parameters?: TlsParameters): ProxyServer {
  if (parameters !== undefined && !(parameters instanceof TlsParameters))
    throw wrong(
      "expects TlsParameters behind the URL; TlsParameters.builder() makes them, ended by .build()",
    );
  const url = parse(text);
  const kind = kinds[url.protocol];
  if (kind === undefined) throw wrong(`${url.protocol} is none of ${Object.keys(kinds).join(", ")}`);
  const { protocol, port } = kind;
  if (url.hostname === "") throw wrong("the URL names no host");
  if (!["", "/"].includes(url.pathname) || url.search !== "" || url.hash !== "")
    throw wrong("nothing follows the host and port of a proxy");
  if (parameters !== undefined && protocol !== "https") throw wrong("TLS parameters go with https: alone");
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
    throw wrong("this is no URL; expected http://host:3128 or socks5://user:password@host:1080");
  }
}

function loginOf({ username, password }: URL, protocol: ProxyServer["protocol"]): ProxyServer["login"] {
  if (username === "" && password === "") return undefined;
  const login = { user: decoded(username), password: decoded(password) };
  if (protocol !== "socks5") {
    if (login.user.includes(":")) throw wrong("the user of an HTTP proxy holds no colon (RFC 7617)");
  } else if (Object.values(login).some((part) => part === "" || Buffer.byteLength(part) > 255)) {
    throw wrong("user and password of a SOCKS proxy have 1 to 255 octets each (RFC 1929)");
  }
  return login;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong("the URL is not percent-encoded as it should be");
  }
}

function wrong(problem: string): Error {
  return wrongOption("proxy", problem);
}
