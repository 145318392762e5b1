import type { Clock, Timer } from "./clock.ts";

/**
 * A moment by which something must have happened, moved many times and rarely reached: moving it costs no timer.
 * The one timer there is looks, when it fires, whether the deadline has moved on.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #expired: () => void;
  #at = Number.POSITIVE_INFINITY;
  #timer: Timer | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  /** `expired` is called when a deadline passes; the deadline is then clear. */
  constructor(clock: Clock, expired: () => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** Sets the deadline, in milliseconds of the clock; what was set before no longer counts. */
  set(at: number): void {
    this.#at = at;
    if (at >= this.#firesAt) return;
    this.#timer?.cancel();
    this.#arm();
  }

  /** There is no deadline until the next `set`. A timer under way is left to run out unheard. */
  clear(): void {
    this.#at = Number.POSITIVE_INFINITY;
  }

  /** As `clear`, and no timer is left. */
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
