import type { ProxyTls, ProxyTlv } from "./proxy-tlvs.ts";

/** An end of a TCP connection. */
export interface Endpoint {
  /** The IP address, in its canonical form. */
  readonly address: string;
  /** The port. */
  readonly port: number;
}

/** A PROXY header, version 1 or 2. */
export interface ProxyHeader {
  /**
   * The client in front of the proxy. `undefined` if the header names none: LOCAL (the proxy speaks for itself),
   * UNKNOWN and UNSPEC, Unix sockets and UDP. Then the addresses are those of the connection from the proxy.
   */
  readonly client: ProxiedClient | undefined;
}

/** A client that a proxy names. */
export interface ProxiedClient {
  /** The address of the client. */
  readonly source: Endpoint;
  /** The address that the client connected to. */
  readonly destination: Endpoint;
  /** Further information, in the order of the header. Version 1 has none. */
  readonly tlvs: readonly ProxyTlv[];
  /** What the TLVs say about the client's TLS connection. */
  readonly tls: ProxyTls | undefined;
}

/** Why octets are not a header. */
export type ProxyHeaderProblem =
  /** They begin in another way. */
  | "proxy-missing"
  /** A version, command, family or protocol that does not exist. */
  | "proxy-version"
  | "proxy-too-long"
  /** Another form, or an address, port or TLV that is not valid. */
  | "proxy-malformed"
  | "proxy-checksum";

/** A header that is whole, or the reason why it is not valid. */
export type ParsedProxyHeader = ProxyHeader | { readonly problem: ProxyHeaderProblem };

/** Where the header that begins here ends, if that is known, or the reason why it is not valid. */
export type HeaderEnd = { readonly end: number } | { readonly problem: ProxyHeaderProblem } | undefined;
