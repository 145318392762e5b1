import type { Clock } from "../../../net/clock.ts";
import type { Failure } from "../../../protocol/failure.ts";
import { Pause } from "../pause.ts";

/**
 * Estimates how many connections a server accepts.
 *
 * If a connection cannot be opened while others are open, these are as many as the server accepts. After a pause, while
 * mails wait, one more is tried. If no other is open, the server is down or cannot be reached: then one is tried at a
 * time, and the first success removes the limit.
 */
export class ConnectionCap {
  readonly #clock: Clock;
  readonly #pause: Pause;
  /** How many were open when another could not be opened. */
  #borne = Number.POSITIVE_INFINITY;
  #failure: Failure | undefined;
  #lull: Lull | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#pause = new Pause(clock);
  }

  /** How many there may be, including those that are being opened. */
  get most(): number {
    if (this.#borne === Number.POSITIVE_INFINITY) return this.#borne;
    if (this.#borne === 0) return 1;
    return this.#pause.wait > 0 ? this.#borne : this.#borne + 1;
  }

  /** Milliseconds until there may be one more. */
  get wait(): number {
    return this.#borne === Number.POSITIVE_INFINITY || this.#borne === 0 ? 0 : this.#pause.wait;
  }

  /** Why the last attempt to open a connection failed. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Records that a connection could not be opened beside `others` others. */
  failed(failure: Failure, others: number): void {
    this.#failure = failure;
    this.#borne = others;
    this.#pause.begin();
  }

  /** Records a failure that has nothing to do with the number of connections, so the next attempt need not wait. */
  denied(failure: Failure): void {
    this.#failure = failure;
    this.#borne = 0;
    this.#pause.end();
    this.#lull?.end();
  }

  /** Records that a connection was opened; there are `connections` now. */
  stood(connections: number): void {
    if (this.#borne === Number.POSITIVE_INFINITY) return;
    if (this.#borne === 0) {
      this.#borne = Number.POSITIVE_INFINITY;
      this.#failure = undefined;
      this.#pause.end();
      this.#lull?.end();
    } else if (connections > this.#borne) {
      this.#borne = connections;
      this.#pause.end();
      this.#pause.begin();
    }
  }

  /**
   * Set while no connection can be opened: resolves when one can, or after the pause. Until then no run takes a mail.
   */
  get lull(): Promise<void> | undefined {
    if (this.#borne !== 0) return undefined;
    const { wait } = this.#pause;
    if (wait === 0) return undefined;
    this.#lull ??= this.#begin(wait);
    return this.#lull.over;
  }

  /** Ends the pause for good. */
  close(): void {
    this.#lull?.end();
  }

  #begin(wait: number): Lull {
    let resolve = () => {};
    const over = new Promise<void>((end) => {
      resolve = end;
    });
    const end = () => {
      this.#lull = undefined;
      timer.cancel();
      resolve();
    };
    // Held, because the rest of the run is still to be sent.
    const timer = this.#clock.timer(wait, end, true);
    return { over, end };
  }
}

/** A time in which no run takes a mail. */
interface Lull {
  readonly over: Promise<void>;
  readonly end: () => void;
}
