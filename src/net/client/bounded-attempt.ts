import type { Duplex } from "node:stream";
import type { Failure } from "../../protocol/failure.ts";
import type { Phase } from "../../protocol/phase.ts";
import type { Clock } from "../clock.ts";

/** Takes the way to call something off, for as long as it goes on. */
export type OnAttempt = (abort: (reason: (phase: Phase) => Failure) => void) => void;

/** The bounds of an attempt. */
export interface AttemptOptions {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly limit: number;
  /** What to tell when they are over. */
  readonly late: () => Failure;
  readonly onAttempt: OnAttempt | undefined;
}

/**
 * Does what may never end: it fails when its time is over or when it is called off, whether it heeds the signal or not,
 * and a socket that comes after that is destroyed.
 */
export function attempt<T extends { readonly socket: Duplex }>(
  action: (signal: AbortSignal) => Promise<T>,
  { clock, limit, late, onAttempt }: AttemptOptions,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const fail = (failure: Failure) => {
      timer.cancel();
      reject(failure);
      controller.abort(failure);
    };
    const timer = clock.timer(limit, () => fail(late()));
    onAttempt?.((reason) => fail(reason("connect")));
    action(controller.signal).then((made) => {
      timer.cancel();
      if (!controller.signal.aborted) return resolve(made);
      try {
        made.socket.destroy();
      } catch {
        // A stream of the caller's: it has failed already, and nobody is left to tell.
      }
    }, fail);
  });
}
