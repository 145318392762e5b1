import type { Clock } from "../../net/clock.ts";

/**
 * Delays the replies to failed logins more and more, counted by address over all connections, against guessing of
 * passwords. After ten minutes without a failure an address starts again.
 */
export class AuthThrottle {
  readonly #delay: number;
  readonly #clock: Clock;
  /** The address that failed last comes last. */
  readonly #failures = new Map<string, { count: number; at: number }>();

  /** `delay`: milliseconds for the first that is not for free, and twice as many for each further one; 0: never. */
  constructor(delay: number, clock: Clock) {
    this.#delay = delay;
    this.#clock = clock;
  }

  /**
   * An attempt from this address has failed: how many milliseconds its answer waits. Who has no address, on a Unix
   * socket, is not counted.
   */
  failed(address: string): number {
    const delay = this.#delay;
    if (delay === 0 || address === "") return 0;
    const now = this.#clock.now();
    this.#forget(now);
    const count = (this.#failures.get(address)?.count ?? 0) + 1;
    this.#failures.delete(address);
    this.#failures.set(address, { count, at: now });
    if (count <= FREE) return 0;
    return Math.min(delay * 2 ** (count - FREE - 1), Math.max(delay, LONGEST));
  }

  /** Forgets addresses without recent failures, and the oldest if there are too many. */
  #forget(now: number): void {
    for (const [address, { at }] of this.#failures) {
      if (now - at < MEMORY && this.#failures.size < MOST) return;
      this.#failures.delete(address);
    }
  }
}

/** So many attempts from an address cost nothing: people mistype, and programs are configured wrongly. */
const FREE = 10;

/** Milliseconds. */
const LONGEST = 8000;

/** Milliseconds after which a failure no longer counts. */
const MEMORY = 600_000;

/** So many addresses are remembered. */
const MOST = 10_000;
