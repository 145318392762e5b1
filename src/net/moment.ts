import type { Clock } from "./clock.ts";

/**
 * A moment in the past, by both clocks.
 *
 * The monotonic clock of some systems stops while a process is stopped or a machine sleeps; the other clock can be set
 * back. The larger of the two ages counts, because a server may have let go of what is old.
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

  /** Milliseconds since then, by the clock that shows more. */
  get age(): number {
    return Math.max(this.#clock.now() - this.#now, this.#clock.wall() - this.#wall);
  }
}
