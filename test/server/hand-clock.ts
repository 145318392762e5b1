import { setImmediate } from "node:timers/promises";
import type { Clock, Timer } from "#src/net/clock.js";

/** A clock that a test turns by hand. */
export class HandClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly action: () => void }>();

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now;
  }

  timer(ms: number, action: () => void): Timer {
    const timer = { at: this.#now + ms, action };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Waits until somebody has set a timer that is due at or before so many milliseconds from now. */
  async armed(within: number): Promise<void> {
    while (![...this.#timers].some(({ at }) => at <= this.#now + within)) await setImmediate();
  }

  /** Turns the clock on; what is due happens, in order. */
  turn(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.action();
    }
    this.#now = until;
  }
}
