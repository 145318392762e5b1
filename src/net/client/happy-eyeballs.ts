import type { Socket } from "node:net";
import type { Clock, Timer } from "../clock.ts";

/** What a race is run with. */
export interface RaceOptions {
  /** In the order in which they are tried; at least one. */
  readonly addresses: readonly string[];
  /** Begins to connect. */
  readonly dial: (address: string) => Socket;
  readonly clock: Clock;
  /** Milliseconds that each address is given before the next is tried beside it. */
  readonly delay: number;
  /** Ends the race. */
  readonly signal: AbortSignal;
  /** An address turned out not to be reached. */
  readonly failed: (address: string, error: Error) => void;
}

/** Who won. */
export interface Winner {
  readonly address: string;
  readonly socket: Socket;
}

/**
 * Happy eyeballs (RFC 8305 5): tries the next address while the one before still hesitates, or as soon as it fails, and
 * takes whichever answers first. The others are given up.
 *
 * @returns `undefined` if none can be reached.
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
      // Stays: a socket that is destroyed may still tell of an error.
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
 * Milliseconds before the next address is tried beside the one before: a quarter of a second (RFC 8305 5), or less
 * where there are so many that the last would have little left of the limit.
 */
export function attemptDelay(addresses: number, limit: number): number {
  return Math.max(10, Math.min(250, limit / (2 * addresses)));
}
