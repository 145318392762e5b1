import type { Clock, Timer } from "./clock.ts";

/**
 * A deadline that is moved often and rarely reached. Moving it costs no timer: there is one timer, which checks when it
 * fires whether the deadline has moved.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #expired: () => void;
  #at = Number.POSITIVE_INFINITY;
  #timer: Timer | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  /** `expired` is called when the deadline passes; then there is no deadline. */
  constructor(clock: Clock, expired: () => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** Sets the deadline, in milliseconds of the clock, and replaces an earlier one. */
  set(at: number): void {
    this.#at = at;
    if (at >= this.#firesAt) return;
    this.#timer?.cancel();
    this.#arm();
  }

  /** Removes the deadline until the next `set`. A running timer fires without effect. */
  clear(): void {
    this.#at = Number.POSITIVE_INFINITY;
  }

  /** Like `clear`, and also cancels the timer. */
  stop(): void {
    this.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    this.#firesAt = this.#at;
    this.#timer = this.#clock.timer(Math.max(0, this.#at - this.#clock.now()), () => this.#fire());
  }

  #fire(): void {
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
    if (this.#at === Number.POSITIVE_INFINITY) return;
    if (this.#clock.now() < this.#at) {
      this.#arm();
      return;
    }
    this.#at = Number.POSITIVE_INFINITY;
    this.#expired();
  }
}
