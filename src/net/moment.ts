import type { Clock } from "./clock.ts";

/**
 * A moment that has passed, by both clocks.
 *
 * A process that is stopped, and a machine that sleeps, stop the monotonic clock in some systems; the other clock can
 * be set back. Whatever asks how old something is that others may have let go of by now goes by the larger of the two.
 */
export class Moment {
  readonly #clock: Clock;
  readonly #now: number;
  readonly #wall: number;

  /** The present moment. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#now = clock.now();
    this.#wall = clock.wall();
  }

  /** Milliseconds since then, by the clock by which it was longer ago. */
  get age(): number {
    return Math.max(this.#clock.now() - this.#now, this.#clock.wall() - this.#wall);
  }
}
