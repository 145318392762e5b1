import type { Clock } from "../net/clock.ts";

/** How failed attempts to authenticate are slowed down. */
export interface AuthThrottleOptions {
  /** So many attempts from an address cost nothing. */
  readonly free: number;
  /** Milliseconds for the next, and twice as many for each further one; 0: never. */
  readonly delay: number;
}

/**
 * Failed attempts to authenticate, counted by address: whoever tries out passwords gets his answers later and later, on however many
 * connections. An address that has been quiet for ten minutes starts afresh.
 */
export class AuthThrottle {
  readonly #options: AuthThrottleOptions;
  readonly #clock: Clock;
  /** The address that failed last comes last. */
  readonly #failures = new Map<string, { count: number; at: number }>();

  constructor(options: AuthThrottleOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** An attempt from this address has failed: how many milliseconds its answer waits. Who has no address, on a Unix socket, is not counted. */
  failed(address: string): number {
    const { free, delay } = this.#options;
    if (delay === 0 || address === "") return 0;
    const now = this.#clock.now();
    this.#forget(now);
    const count = (this.#failures.get(address)?.count ?? 0) + 1;
    this.#failures.delete(address);
    this.#failures.set(address, { count, at: now });
    if (count <= free) return 0;
    return Math.min(delay * 2 ** (count - free - 1), Math.max(delay, LONGEST));
  }

  /** Forgets whoever has been quiet, and the one who has been for longest where there are too many. */
  #forget(now: number): void {
    for (const [address, { at }] of this.#failures) {
      if (now - at < MEMORY && this.#failures.size < MOST) return;
      this.#failures.delete(address);
    }
  }
}

/** Milliseconds. */
const LONGEST = 8000;

/** Milliseconds after which a failure no longer counts. */
const MEMORY = 600_000;

/** So many addresses are remembered. */
const MOST = 10_000;
