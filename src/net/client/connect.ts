import { connect as connectSocket, isIP, type Socket } from "node:net";
import { Failure } from "../../protocol/failure.ts";
import type { Phase } from "../../protocol/phase.ts";
import type { Clock } from "../clock.ts";
import { codeOf, timedOut } from "./failures.ts";
import type { Timeouts } from "./timeouts.ts";

/** Where to connect to, and how long it may take. */
export interface ConnectOptions {
  /** A domain in A-labels, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  /** Is given the way to call the attempt off. */
  readonly onAttempt?: ((abort: (reason: (phase: Phase) => Failure) => void) => void) | undefined;
}

/**
 * Connects over TCP, to whichever of the host's addresses answers (RFC 8305).
 *
 * @throws Failure of kind `"connection"` or `"timeout"`.
 */
export function connect({ host, port, clock, timeouts, onAttempt }: ConnectOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({
      host,
      port,
      autoSelectFamily: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
    });
    const fail = (failure: Failure) => {
      timer.cancel();
      socket.destroy();
      reject(failure);
    };
    const timer = clock.timer(timeouts.connect, () => fail(timedOut("connect", timeouts)));
    onAttempt?.((reason) => fail(reason("connect")));
    // Stays: a socket that is destroyed may still tell of an error.
    socket.on("error", (cause) => fail(unreachable(cause, host, port)));
    socket.once("connect", () => {
      timer.cancel();
      resolve(socket);
    });
  });
}

function unreachable(cause: Error, host: string, port: number): Failure {
  const place = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  return new Failure({ kind: "connection", phase: "connect", message: reason(cause, host, place), cause });
}

function reason(cause: Error, host: string, place: string): string {
  const code =
    cause instanceof AggregateError ? codeOf((cause.errors[0] as Error | undefined) ?? cause) : codeOf(cause);
  switch (code) {
    case "ECONNREFUSED": {
      const local = host === "localhost" || host.startsWith("127.") || host === "::1";
      return `nothing listens on ${place}${local ? "; a mail catcher usually listens on 1025" : ""}`;
    }
    case "ENOTFOUND":
      return `the host ${host} is not known`;
    case "EAI_AGAIN":
      return `the name of ${host} cannot be looked up now`;
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return `${place} cannot be reached (${code}); networks often block port 25: try 587 or 465`;
    default:
      return `cannot connect to ${place} (${code})`;
  }
}
