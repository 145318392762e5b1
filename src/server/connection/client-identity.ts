import type { Socket } from "node:net";
import { unmappedAddress } from "../../text/unmapped-address.ts";

/** The other end of a TCP connection. */
export interface Peer {
  /** The IP address; empty for a Unix socket. */
  readonly address: string;
  /** The port; 0 for a Unix socket. */
  readonly port: number;
}

/** Who a client is, and how the server knows. */
export interface ClientIdentity {
  /** The client's IP address; IPv4 as such, even if the socket reports `::ffff:192.0.2.1`. Empty for a Unix socket. */
  readonly remoteAddress: string;
  /** The client's port; 0 for a Unix socket. */
  readonly remotePort: number;
  /** The IP address that the client connected to, or the path of the Unix socket. */
  readonly localAddress: string;
  /** The port that the client connected to; 0 for a Unix socket. */
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
