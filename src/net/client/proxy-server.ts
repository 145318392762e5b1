import type { TlsTrust } from "./tls-trust.ts";

/** A proxy, and how it is spoken to. */
export interface ProxyServer {
  /** HTTP CONNECT (RFC 9110 9.3.6) in clear or over TLS, or SOCKS 5 (RFC 1928). */
  readonly protocol: "http" | "https" | "socks5";
  /** A domain in A-labels, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** `undefined` where the proxy wants no login. */
  readonly login: { readonly user: string; readonly password: string } | undefined;
  /** The name its certificate must bear, where TLS is spoken to it. */
  readonly name: string;
  /** Whom to believe there. */
  readonly trust: () => TlsTrust;
}
