import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TlsFacts } from "../../protocol/send-report.ts";
import { isLoopback } from "./loopback.ts";
import type { ReadBuffer } from "./read-buffer.ts";

/** A stream to and from the server, before anything was sent. */
export interface ServerStream {
  readonly socket: Duplex;
  /** What it is connected to: `192.0.2.1:25`, `/run/lmtp`. */
  readonly place: string;
  /** Whether the other end is known to be on this machine, so that nothing on the way can read it. */
  readonly loopback: boolean;
  /** The socket's own address, if the server may see it. */
  readonly localAddress: string | undefined;
  /** Set if the stream was encrypted by the code that connected it. */
  readonly tls?: TlsFacts | undefined;
  /** Set if this delivers what the socket reads, instead of its event `data`. */
  readonly memory?: ReadBuffer | undefined;
}

/** A socket that is connected to the server itself by TCP. */
export function tcpStream(socket: Socket, place: string, memory?: ReadBuffer): ServerStream {
  // Read now, because a closed socket does not know its addresses any more.
  const { remoteAddress, localAddress } = socket;
  return { socket, place, loopback: isLoopback(remoteAddress), localAddress, memory };
}

/** A Unix socket: nothing is between it and the server. */
export function unixStream(socket: Socket, path: string): ServerStream {
  return { socket, place: path, loopback: true, localAddress: undefined };
}

/** A stream through a proxy or a function of the caller. Nothing is known of its other end. */
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
