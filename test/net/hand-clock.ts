import type { Clock, Timer } from "#src/net/clock.js";

/** A clock that a test turns by hand. */
export class HandClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ at: number; action: () => void }>();

  /** How far the wall clock is ahead. */
  #ahead = 0;

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now + this.#ahead;
  }

  /** The machine sleeps: the wall clock goes on, and nothing else. Below 0, the clock is set back. */
  sleep(ms: number): void {
    this.#ahead += ms;
  }

  timer(ms: number, action: () => void): Timer {
    const timer = { at: this.#now + ms, action };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** How many timers have been set and neither fired nor been cancelled. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets time pass; what becomes due is done in its order. */
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
