import { LONGEST_TIMER } from "../text/options/longest-timer.ts";

/** A timer that has been set; `cancel` may be called at any time, more than once. */
export interface Timer {
  cancel(): void;
}

/** Where time comes from. Whatever waits takes a clock as an argument, so that tests can turn it by hand. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back, and may stop while the machine sleeps. */
  now(): number;
  /** Milliseconds since 1970, as the machine's clock shows them: goes on while the machine sleeps, and can be set. */
  wall(): number;
  /** Calls `action` once, `ms` milliseconds from now. With `hold` the process does not end before that, or `cancel`. */
  timer(ms: number, action: () => void, hold?: boolean): Timer;
}

/**
 * The clock of the machine. Unless held, its timers do not keep the process alive: what is being waited for does.
 *
 * What has arrived is read before an action is called. A process that was stopped (SIGSTOP, the sleep of a laptop, a
 * frozen container) finds its timers due when it goes on, and the answers they wait for in its sockets.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  timer(ms, action, hold = false) {
    let arrived: NodeJS.Immediate | undefined;
    const due = () => {
      // Node looks at its timers, then at its sockets, then does this.
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
