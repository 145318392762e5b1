import type { TlsTrust } from "./tls-trust.ts";

/** A proxy, and how to talk to it. */
export interface ProxyServer {
  /** HTTP CONNECT (RFC 9110 9.3.6), unencrypted or over TLS, or SOCKS 5 (RFC 1928). */
  readonly protocol: "http" | "https" | "socks5";
  /** A domain in A-labels, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** `undefined` if the proxy needs no login. */
  readonly login: { readonly user: string; readonly password: string } | undefined;
  /** The name that its certificate must have, if the connection to it uses TLS. */
  readonly name: string;
  /** Whose certificates to trust there. */
  readonly trust: () => TlsTrust;
}
