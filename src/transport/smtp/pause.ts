import type { Clock } from "../../net/clock.ts";

/** The time between attempts at what has just failed: 1 s at first, twice as long each time, at most 60 s. */
export class Pause {
  readonly #clock: Clock;
  #length = 0;
  #until = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until the pause is over; 0 if there is none. */
  get wait(): number {
    return Math.max(0, this.#until - this.#clock.now());
  }

  /** Begins a pause. One that has begun goes on as it is: what fails within it was under way before. */
  begin(): void {
    if (this.wait > 0) return;
    this.#length = Math.min(Math.max(FIRST, this.#length * 2), LONGEST);
    this.#until = this.#clock.now() + this.#length;
  }

  /** Ends the pause, if there is one: an attempt has succeeded. The next pause is as short as the first. */
  end(): void {
    this.#length = 0;
    this.#until = Number.NEGATIVE_INFINITY;
  }
}

/** Milliseconds. */
const FIRST = 1000;
/** Milliseconds. */
const LONGEST = 60_000;
