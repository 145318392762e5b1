import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { reasonOf } from "../../errors.ts";
import { Failure } from "../../protocol/failure.ts";
import { codeOf } from "./failures.ts";
import { indirectLink, type Link, placeOf } from "./link.ts";

/** What a {@link Connector} is to connect to. */
export interface ConnectTarget {
  /** A domain in A-labels, or an IP address without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Aborts when nobody waits for the connection any more; one that comes later is destroyed. */
  readonly signal: AbortSignal;
}

/**
 * Makes connections in place of the transport: through a tunnel, a proxy, anything that ends in a stream of octets in
 * both directions. A socket may still be connecting when it is returned.
 *
 * @example
 * ```ts
 * import { connect } from "node:net";
 * import type { Connector } from "envoi";
 *
 * export const connector: Connector = ({ host, port, signal }) => connect({ host, port, signal });
 * ```
 */
export type Connector = (target: ConnectTarget) => Duplex | Promise<Duplex>;

/**
 * Connects by a function of the caller's.
 *
 * @throws Failure of kind `"connection"` if it fails, of kind `"configuration"` if it returns something else.
 */
export async function connectBy(connector: Connector, target: ConnectTarget): Promise<Link> {
  const place = placeOf(target.host, target.port);
  const made = await calling(() => connector(target) as unknown, place);
  const problem = await calling(() => problemOf(made), place);
  if (problem !== undefined) {
    if (made instanceof Duplex) made.on("error", () => {}).destroy();
    const message = `the connector for ${place} returned ${problem}`;
    throw new Failure({ kind: "configuration", phase: "connect", message, permanent: true });
  }
  const socket = made as Duplex;
  // Stays: a socket that is destroyed may still tell of an error.
  socket.on("error", () => {});
  if (socket instanceof Socket && socket.connecting) await connected(socket, target.signal, place);
  return indirectLink(socket, place);
}

async function calling<T>(action: () => T | Promise<T>, place: string): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw failed(cause, place);
  }
}

/** What is wrong with what came, if anything is. Streams of another realm, or another library, are as good as Node's. */
function problemOf(made: unknown): string | undefined {
  if (typeof made !== "object" || made === null) return "no stream";
  const stream = made as Partial<Duplex>;
  for (const method of ["on", "off", "write", "destroy", "resume"] as const) {
    if (typeof stream[method] !== "function")
      return `no stream that can be read and written: it has no ${method}()`;
  }
  if (stream.destroyed === true) return "a stream that is destroyed";
  if (stream.readableEnded === true || stream.writableEnded === true) return "a stream that has ended";
  if (stream.readableObjectMode === true || stream.writableObjectMode === true)
    return "a stream of objects, where octets are wanted";
  if (stream.readableEncoding != null) return "a stream with an encoding set, where octets are wanted";
  return undefined;
}

function connected(socket: Socket, signal: AbortSignal, place: string): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => socket.destroy(), { once: true });
    socket.once("connect", resolve);
    socket.once("error", (cause) => reject(failed(cause, place)));
    socket.once("close", () => reject(failed(new Error("the socket was closed"), place)));
  });
}

function failed(cause: unknown, place: string): Failure {
  const reason = cause instanceof Error ? codeOf(cause) : reasonOf(cause);
  const message = `the connector for ${place} failed: ${reason}`;
  return new Failure({ kind: "connection", phase: "connect", message, cause });
}
