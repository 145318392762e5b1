import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { reasonOf } from "../../errors.ts";
import { Failure } from "../../protocol/failure.ts";
import type { TlsFacts } from "../../protocol/send-report.ts";
import { shown } from "../../text/options/shown-value.ts";
import { codeOf } from "./connection-failures.ts";
import { indirectStream, placeOf, type ServerStream } from "./server-stream.ts";

/** Where a {@link Connector} must connect to. */
export interface ConnectTarget {
  /** A domain in A-labels, or an IP address without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Aborts when the connection is not needed any more. A connection that is made later is destroyed. */
  readonly signal: AbortSignal;
}

/** What a {@link Connector} may return instead of a socket: the socket, and what is known about it. */
export interface ConnectedSocket {
  /** Octets in both directions; it may still be connecting. */
  readonly socket: Duplex;
  /**
   * Whether it is encrypted as far as the server: then envoi does not start TLS on it, whatever the Tls mode. `false`
   * by default.
   */
  readonly encrypted?: boolean;
  /**
   * Whether the connector has verified the identity of the server: then credentials are sent as over verified TLS.
   * `false` by default. Only an encrypted connection can be verified.
   */
  readonly verified?: boolean;
}

/**
 * Makes connections in place of the transport: through a tunnel, a proxy, anything that ends in a stream of octets in
 * both directions. A socket may still be connecting when it is returned; one that is encrypted already is returned in a
 * {@link ConnectedSocket}.
 *
 * @example
 * ```ts
 * import { connect } from "node:net";
 * import type { Connector } from "envoi";
 *
 * export const connector: Connector = ({ host, port, signal }) => connect({ host, port, signal });
 * ```
 */
export type Connector = (
  target: ConnectTarget,
) => Duplex | ConnectedSocket | Promise<Duplex | ConnectedSocket>;

/**
 * Connects by a function of the caller.
 *
 * @throws Failure of kind `"connection"` if it fails, of kind `"configuration"` if it returns something else.
 */
export async function connectBy(connector: Connector, target: ConnectTarget): Promise<ServerStream> {
  const place = placeOf(target.host, target.port);
  const returned = await calling(() => connector(target) as unknown, place);
  const { made, encrypted, verified } = await calling(() => unwrapped(returned), place);
  const problem = await calling(() => flagProblem(encrypted, verified) ?? problemOf(made), place);
  if (problem !== undefined) {
    if (made instanceof Duplex) made.on("error", () => {}).destroy();
    const message = `the connector for ${place} returned ${problem}; expected a socket, or { socket, encrypted, verified }`;
    throw new Failure({ kind: "configuration", phase: "connect", message, permanent: true });
  }
  const socket = made as Duplex;
  // It stays, because a destroyed socket may still emit an error.
  socket.on("error", () => {});
  const readiness = readinessOf(socket, encrypted === true);
  if (readiness !== undefined) await ready(socket, readiness, target.signal, place);
  const tls = encrypted === true ? factsOf(socket, verified === true) : undefined;
  return indirectStream(socket, place, tls);
}

/** What was returned. Nothing of it can be trusted. */
interface Returned {
  readonly made: unknown;
  readonly encrypted: unknown;
  readonly verified: unknown;
}

function unwrapped(returned: unknown): Returned {
  // A stream of another library may contain a socket.
  const wrapped =
    typeof returned === "object" && returned !== null && "socket" in returned && !("write" in returned);
  if (!wrapped) return { made: returned, encrypted: undefined, verified: undefined };
  const { socket, encrypted, verified } = returned as Record<keyof ConnectedSocket, unknown>;
  return { made: socket, encrypted, verified };
}

function flagProblem(encrypted: unknown, verified: unknown): string | undefined {
  for (const [name, flag] of Object.entries({ encrypted, verified }))
    if (flag !== undefined && typeof flag !== "boolean") return `${shown(flag)} as "${name}"`;
  return verified === true && encrypted !== true ? "a socket that is verified and not encrypted" : undefined;
}

/** The event that means that a socket is ready; `undefined` if it is ready. */
function readinessOf(socket: Duplex, encrypted: boolean): "connect" | "secureConnect" | undefined {
  if (encrypted && socket instanceof TLSSocket && "secureConnecting" in socket && socket.secureConnecting)
    return "secureConnect";
  return socket instanceof Socket && socket.connecting ? "connect" : undefined;
}

/** What is not known is empty. */
function factsOf(socket: Duplex, verified: boolean): TlsFacts {
  if (!(socket instanceof TLSSocket)) return { protocol: "", cipher: "", verified, resumed: false };
  const resumed = socket.isSessionReused();
  return { protocol: socket.getProtocol() ?? "", cipher: socket.getCipher().name, verified, resumed };
}

async function calling<T>(action: () => T | Promise<T>, place: string): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw failed(cause, place);
  }
}

/** What is wrong with the returned value, or `undefined`. Streams of another realm or library are accepted. */
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
    return "a stream of objects instead of bytes";
  if (stream.readableEncoding != null) return "a stream with an encoding instead of bytes";
  return undefined;
}

function ready(socket: Duplex, event: string, signal: AbortSignal, place: string): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => socket.destroy(), { once: true });
    socket.once(event, resolve);
    socket.once("error", (cause) => reject(failed(cause, place)));
    socket.once("close", () => reject(failed(new Error("the socket was closed"), place)));
  });
}

function failed(cause: unknown, place: string): Failure {
  const reason = cause instanceof Error ? codeOf(cause) : reasonOf(cause);
  const message = `the connector for ${place} failed: ${reason}`;
  return new Failure({ kind: "connection", phase: "connect", message, cause });
}
