import { performance } from "node:perf_hooks";
import { LONGEST_TIMER } from "../text/options/longest-timer.ts";

/** A timer that was set; `cancel` may be called at any time, more than once. */
export interface Timer {
  cancel(): void;
}

/** Tells the time. Everything that waits takes a clock as an argument, so that tests can set the time. */
export interface Clock {
  /** Milliseconds since a fixed moment; never goes back, and may stop while the machine sleeps. */
  now(): number;
  /** Milliseconds since 1970 by the machine's clock: continues while the machine sleeps, and can be set. */
  wall(): number;
  /**
   * Calls `action` once, after `ms` milliseconds. With `hold` the process does not end before that or before `cancel`.
   */
  timer(ms: number, action: () => void, hold?: boolean): Timer;
}

/**
 * The clock of the machine. Unless held, its timers do not keep the process alive.
 *
 * What has arrived is read before an action is called. When a stopped process continues (SIGSTOP, a sleeping laptop, a
 * frozen container), its timers have expired, but the answers that it waits for may be in its sockets.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  timer(ms, action, hold = false) {
    let arrived: NodeJS.Immediate | undefined;
    const due = () => {
      // Node handles timers, then sockets, then this.
      arrived = setImmediate(action);
    };
    const timeout = setTimeout(due, Math.min(ms, LONGEST_TIMER));
    if (!hold) timeout.unref();
    const cancel = () => {
      clearTimeout(timeout);
      clearImmediate(arrived);
    };
    return { cancel };
  },
};
