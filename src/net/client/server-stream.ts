import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TlsFacts } from "../../protocol/send-report.ts";
import { isLoopback } from "./loopback.ts";
import type { ReadMemory } from "./read-buffer.ts";

/** A way to the server on which octets can go both ways, before a word has been said. */
export interface ServerStream {
  readonly socket: Duplex;
  /** What was connected to, in words: `192.0.2.1:25`, `/run/lmtp`. */
  readonly place: string;
  /** Whether the other end is known to be on this machine: what goes there, nobody on the way can read. */
  readonly loopback: boolean;
  /** The socket's own address, where it has one that the server may see. */
  readonly localAddress: string | undefined;
  /** Present if whoever connected has encrypted it already. */
  readonly tls?: TlsFacts | undefined;
  /** Present if this gives what the socket reads, and not its event `data`. */
  readonly memory?: ReadMemory | undefined;
}

/** A socket that is connected to the server itself by TCP. */
export function tcpStream(socket: Socket, place: string, memory?: ReadMemory): ServerStream {
  // Asked for now: a socket that is closed no longer knows.
  const { remoteAddress, localAddress } = socket;
  return { socket, place, loopback: isLoopback(remoteAddress), localAddress, memory };
}

/** A Unix socket: there is nobody between it and the server. */
export function unixStream(socket: Socket, path: string): ServerStream {
  return { socket, place: path, loopback: true, localAddress: undefined };
}

/** A way that others have a part in: a proxy, or a function of the caller's. Nothing is known of its other end. */
export function indirectStream(socket: Duplex, place: string, tls?: TlsFacts): ServerStream {
  if (socket instanceof Socket) socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_DELAY);
  return { socket, place, loopback: false, localAddress: undefined, tls };
}

/** Milliseconds of silence after which TCP asks whether the other end is still there. */
export const KEEP_ALIVE_DELAY = 30_000;

/** A host and port as people write them. */
export function placeOf(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
