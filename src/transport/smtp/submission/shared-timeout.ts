import type { Clock, Timer } from "../../../net/clock.ts";
import { LinkedQueue, type Place } from "../../linked-queue.ts";

/** What a {@link SharedTimeout} can end. */
export interface Expiring {
  /** When it expires, in milliseconds of the clock; set by the timeout. */
  expires: number;
  /** Called if the time ends before `stop`. */
  expire(): void;
}

/**
 * A time limit that many mails share, with one timer for all of them. It keeps the process alive while one waits,
 * because awaiting a token or a signature does not.
 */
export class SharedTimeout<T extends Expiring> {
  readonly #clock: Clock;
  /** In milliseconds; may be infinite. */
  readonly limit: number;
  /** All have the same limit, so they expire in the order in which they came. */
  readonly #waiting: LinkedQueue<T> = new LinkedQueue();
  #timer: Timer | undefined;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.limit = limit;
  }

  /** Starts the time. The returned place must be given to `stop`. */
  start(one: T): Place<T> {
    one.expires = this.#clock.now() + this.limit;
    const place = this.#waiting.append(one);
    if (this.#timer === undefined) this.#wait(this.limit);
    return place;
  }

  /** Stops the time; may be called more than once. */
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
