import type { Clock, Timer } from "../../../net/clock.ts";
import { LinkedQueue, type Place } from "../../linked-queue.ts";

/** What a {@link SharedTimeout} can end. */
export interface Expiring {
  /** When it expires, in milliseconds of the clock; set by the timeout. */
  expires: number;
  /** Called if it has not stopped waiting in time. */
  expire(): void;
}

/**
 * A time limit that many mails have in common, with one timer for all of them. The process stays alive while one waits:
 * a token or a signature that is awaited does not keep it alive by itself.
 */
export class SharedTimeout<T extends Expiring> {
  readonly #clock: Clock;
  /** In milliseconds; may be infinite. */
  readonly limit: number;
  /** All have the same limit, so the first to come is the first to expire. */
  readonly #waiting: LinkedQueue<T> = new LinkedQueue();
  #timer: Timer | undefined;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.limit = limit;
  }

  /** Begins to wait. The place that this returns must be given to `stop`. */
  start(one: T): Place<T> {
    one.expires = this.#clock.now() + this.limit;
    const place = this.#waiting.append(one);
    if (this.#timer === undefined) this.#wait(this.limit);
    return place;
  }

  /** Stops waiting; may be called more than once. */
  stop(place: Place<T>): void {
    if (!place.leave() || !this.#waiting.empty) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wait(ms: number): void {
    this.#timer = this.#clock.timer(ms, () => this.#due(), true);
  }

  #due(): void {
    const now = this.#clock.now();
    this.#timer = undefined;
    for (let first = this.#waiting.first; first !== undefined; first = this.#waiting.first) {
      if (first.expires > now) {
        if (this.#timer === undefined) this.#wait(first.expires - now);
        return;
      }
      this.#waiting.take();
      first.expire();
    }
  }
}
