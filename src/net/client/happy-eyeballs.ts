import type { Socket } from "node:net";
import type { Clock, Timer } from "../clock.ts";

/** The parameters of a race. */
export interface RaceOptions {
  /** In the order in which they are tried; at least one. */
  readonly addresses: readonly string[];
  /** Starts to connect. */
  readonly dial: (address: string) => Socket;
  readonly clock: Clock;
  /** Milliseconds until the next address is tried as well. */
  readonly delay: number;
  /** Ends the race. */
  readonly signal: AbortSignal;
  /** Called for an address that cannot be reached. */
  readonly failed: (address: string, error: Error) => void;
}

/** The address that answered first, with its socket. */
export interface Winner {
  readonly address: string;
  readonly socket: Socket;
}

/**
 * Happy eyeballs (RFC 8305 5): tries the next address if the one before takes long or fails, and returns the one that
 * answers first. The others are given up.
 *
 * @returns `undefined` if no address can be reached.
 */
export function race({
  addresses,
  dial,
  clock,
  delay,
  signal,
  failed,
}: RaceOptions): Promise<Winner | undefined> {
  return new Promise((resolve, reject) => {
    const waiting = [...addresses];
    const running = new Set<Socket>();
    let timer: Timer | undefined;
    const over = () => {
      timer?.cancel();
      signal.removeEventListener("abort", aborted);
      for (const socket of running) socket.destroy();
      running.clear();
    };
    const aborted = () => {
      over();
      reject(signal.reason);
    };
    const next = () => {
      timer?.cancel();
      const address = waiting.shift();
      if (address === undefined) {
        if (running.size > 0) return;
        over();
        return resolve(undefined);
      }
      const socket = dial(address);
      running.add(socket);
      // It stays, because a destroyed socket may still emit an error.
      socket.on("error", (error) => {
        if (!running.delete(socket)) return;
        socket.destroy();
        failed(address, error);
        next();
      });
      socket.once("connect", () => {
        if (!running.delete(socket)) return;
        over();
        resolve({ address, socket });
      });
      if (waiting.length > 0) timer = clock.timer(delay, next);
    };
    signal.addEventListener("abort", aborted, { once: true });
    next();
  });
}

/**
 * Milliseconds before the next address is tried as well: a quarter of a second (RFC 8305 5), or less if there are so
 * many that the last would have little time left.
 */
export function attemptDelay(addresses: number, limit: number): number {
  return Math.max(10, Math.min(250, limit / (2 * addresses)));
}
