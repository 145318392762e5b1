import type { Duplex } from "node:stream";
import type { Failure } from "../../protocol/failure.ts";
import type { Phase } from "../../protocol/phase.ts";
import type { Clock } from "../clock.ts";

/** Gets the function that cancels an attempt, which works while the attempt lasts. */
export type OnAttempt = (abort: (reason: (phase: Phase) => Failure) => void) => void;

/** The bounds of an attempt. */
export interface AttemptOptions {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly limit: number;
  /** Makes the failure when the time is over. */
  readonly late: () => Failure;
  readonly onAttempt: OnAttempt | undefined;
}

/**
 * Limits something that may never end: it fails when its time is over or when it is cancelled, even if it ignores the
 * signal. A socket that it returns later is destroyed.
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
        // It is the caller's stream. The attempt has failed already, and nothing reports a second error.
      }
    }, fail);
  });
}
