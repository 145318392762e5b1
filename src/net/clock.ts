/** A timer that has been set; `cancel` may be called at any time, more than once. */
export interface Timer {
  cancel(): void;
}

/** Where time comes from. Whatever waits takes a clock as an argument, so that tests can turn it by hand. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Calls `action` once, `ms` milliseconds from now. With `hold` the process does not end before that, or `cancel`. */
  timer(ms: number, action: () => void, hold?: boolean): Timer;
}

/** The clock of the machine. Unless held, its timers do not keep the process alive: what is being waited for does. */
export const systemClock: Clock = {
  now: () => performance.now(),
  timer(ms, action, hold = false) {
    const timeout = setTimeout(action, Math.min(ms, LONGEST));
    if (!hold) timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  },
};

/** Beyond this setTimeout fires at once. */
const LONGEST = 2_147_483_647;
