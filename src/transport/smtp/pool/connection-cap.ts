import type { Clock } from "../../../net/clock.ts";
import type { Failure } from "../../../protocol/failure.ts";
import { Pause } from "../pause.ts";

/**
 * How many connections a server bears, as far as it has shown.
 *
 * If one cannot be opened while others are there, these are as many as it bears. Once a pause, while mails wait, one
 * more is tried. If none is there, the server is down or cannot be reached: then one is tried at a time, and as soon as
 * it stands there is no bound any more.
 */
export class Openings {
  readonly #clock: Clock;
  readonly #pause: Pause;
  /** As many as were there when another could not be opened. */
  #borne = Number.POSITIVE_INFINITY;
  #failure: Failure | undefined;
  #lull: Lull | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#pause = new Pause(clock);
  }

  /** As many as there may be, those that are being opened among them. */
  get most(): number {
    if (this.#borne === Number.POSITIVE_INFINITY) return this.#borne;
    if (this.#borne === 0) return 1;
    return this.#pause.wait > 0 ? this.#borne : this.#borne + 1;
  }

  /** Milliseconds until there may be one more. */
  get wait(): number {
    return this.#borne === Number.POSITIVE_INFINITY || this.#borne === 0 ? 0 : this.#pause.wait;
  }

  /** Why a connection could not be opened when it was last tried in vain. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** A connection could not be opened beside so many others, or alone. */
  failed(failure: Failure, others: number): void {
    this.#failure = failure;
    this.#borne = others;
    this.#pause.begin();
  }

  /** What failed has nothing to do with how many connections there are: nobody has to wait before it is tried again. */
  denied(failure: Failure): void {
    this.#failure = failure;
    this.#borne = 0;
    this.#pause.end();
    this.#lull?.end();
  }

  /** A connection was opened; there are so many now. */
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
   * There while nothing can be opened: resolves when it can, or when its pause is over. Till then no run takes
   * anything.
   */
  get lull(): Promise<void> | undefined {
    if (this.#borne !== 0) return undefined;
    const { wait } = this.#pause;
    if (wait === 0) return undefined;
    this.#lull ??= this.#begin(wait);
    return this.#lull.over;
  }

  /** Nobody waits for a pause any more. */
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
    // Held: the rest of the run is still to be sent.
    const timer = this.#clock.timer(wait, end, true);
    return { over, end };
  }
}

/** The time in which no run takes anything. */
interface Lull {
  readonly over: Promise<void>;
  readonly end: () => void;
}
