import { setImmediate } from "node:timers/promises";
import type { Clock, Timer } from "#src/net/clock.js";

/** A clock that stands still until a test turns it. */
export class HandClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ at: number; action: () => void }>();

  /** How far the wall clock is ahead of the monotonic clock. */
  #ahead = 0;

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now + this.#ahead;
  }

  /** Moves only the wall clock, as the sleep of a machine does. Below 0, the wall clock is set back. */
  sleep(ms: number): void {
    this.#ahead += ms;
  }

  timer(ms: number, action: () => void): Timer {
    const timer = { at: this.#now + ms, action };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** The number of timers that have neither fired nor been cancelled. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Waits until a timer is set that is due within `ms` milliseconds. */
  async armed(ms: number): Promise<void> {
    while (this.#due(this.#now + ms) === undefined) await setImmediate();
  }

  /** Lets `ms` milliseconds pass. The timers that become due fire in order. */
  turn(ms: number): void {
    const until = this.#now + ms;
    for (let next = this.#due(until); next !== undefined; next = this.#due(until)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.action();
    }
    this.#now = until;
  }

  #due(until: number): { at: number; action: () => void } | undefined {
    return [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  }
}
