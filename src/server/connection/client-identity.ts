import type { Socket } from "node:net";
import type { TlsSession } from "../../net/server/tls-acceptor.ts";
import type { Endpoint, ProxyHeader } from "../../protocol/proxy-header/proxy-header.ts";
import type { ProxyTls, ProxyTlv } from "../../protocol/proxy-header/proxy-tlvs.ts";
import { unmappedAddress } from "../../text/ip-address.ts";

/** The other end of a TCP connection. */
export interface Peer {
  /** The IP address; empty for a Unix socket. */
  readonly address: string;
  /** The port; 0 for a Unix socket. */
  readonly port: number;
}

/** What a PROXY header says besides the address of the client. The server verifies nothing of it. */
export interface ProxyInformation {
  /** The address and port that the client connected to at the proxy. */
  readonly destination: Endpoint;
  /** All TLVs of a header of version 2, in their order. */
  readonly tlvs: readonly ProxyTlv[];
  /** What the header says about the TLS connection between the client and the proxy; `undefined` without TLS. */
  readonly tls: ProxyTls | undefined;
}

/** What a proxy says about its client by XCLIENT; `undefined` is what it does not say or know. */
export interface XclientInformation {
  /** The host name of the client. */
  readonly name: string | undefined;
  /** How the client introduced itself to the proxy. */
  readonly hello: string | undefined;
  /** The protocol that the client speaks with the proxy. */
  readonly protocol: "SMTP" | "ESMTP" | "LMTP" | undefined;
}

/** Who a client is, and how the server knows. */
export interface ClientIdentity {
  /**
   * The client's IP address, as a proxy in front of the server names it, otherwise of the peer. IPv4 is written as
   * such, even if the socket reports `::ffff:192.0.2.1`. Empty for a Unix socket, and if the proxy does not know it.
   */
  readonly remoteAddress: string;
  /** The client's port; 0 for a Unix socket. */
  readonly remotePort: number;
  /** The IP address that the client connected to, of the proxy if there is one, or the path of the Unix socket. */
  readonly localAddress: string;
  /** The port that the client connected to, of the proxy if there is one; 0 for a Unix socket. */
  readonly localPort: number;
  /** The other end of the TCP connection: the client, or a proxy in front of it. */
  readonly peer: Peer;
  /**
   * How the server knows the client:
   *
   * - `"direct"`: it is the peer.
   * - `"proxy"`: a proxy named it (PROXY protocol).
   * - `"local"`: a proxy sent a header that names no client. The addresses are those of the peer.
   * - `"xclient"`: a proxy named it by XCLIENT.
   */
  readonly via: "direct" | "proxy" | "local" | "xclient";
  /** What the PROXY header says, if it names a client. */
  readonly proxy?: ProxyInformation;
  /** What XCLIENT says besides addresses and the login, which is `session.authenticated`. */
  readonly xclient?: XclientInformation;
}

/**
 * The identity of a client that is the peer of a socket.
 *
 * @param path of the Unix socket that the server listens on, if it is one
 */
export function directIdentity(socket: Socket, path: string | undefined): ClientIdentity {
  const { remoteAddress = "", remotePort = 0, localAddress = "", localPort = 0 } = socket;
  const address = unmappedAddress(remoteAddress);
  return {
    remoteAddress: address,
    remotePort,
    localAddress: path ?? unmappedAddress(localAddress),
    localPort,
    peer: { address, port: remotePort },
    via: "direct",
  };
}

/** The identity of a client that a PROXY header names, or of the peer if it names none. */
export function proxiedIdentity(direct: ClientIdentity, { client }: ProxyHeader): ClientIdentity {
  if (client === undefined) return { ...direct, via: "local" };
  const { source, destination, tlvs, tls } = client;
  return {
    remoteAddress: source.address,
    remotePort: source.port,
    localAddress: destination.address,
    localPort: destination.port,
    peer: direct.peer,
    via: "proxy",
    proxy: { destination, tlvs, tls },
  };
}

/**
 * The TLS connection between a client and its proxy, as if it were one with the server. The client's certificate is not
 * part of it, so that it logs no client in.
 */
export function proxiedTls({ proxy }: ClientIdentity): TlsSession | undefined {
  if (proxy?.tls === undefined) return undefined;
  const { protocol = "unknown", cipher = "unknown", servername } = proxy.tls;
  return { protocol, cipher, servername, clientCertificate: undefined };
}

/** The address by which the failures of a client are counted: also one for all whose address a proxy does not know. */
export function countedAddress({ remoteAddress, via }: ClientIdentity): string {
  return remoteAddress === "" && via !== "direct" ? "unknown" : remoteAddress;
}
