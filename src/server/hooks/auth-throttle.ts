import { createHash } from "node:crypto";
import type { Clock } from "../../net/clock.ts";
import { addressKey } from "../../net/server/address-key.ts";

/**
 * Delays the replies to failed logins more and more, against guessing of passwords. Failures are counted over all
 * connections, by address (IPv6 by its network of 64 bits) and by user. A login that succeeds is never delayed or
 * refused, so no attacker can lock a user out. After ten minutes without a failure the count starts again.
 */
export class AuthThrottle {
  readonly #delay: number;
  readonly #clock: Clock;
  readonly #addresses = new Failures();
  readonly #users = new Failures();

  /**
   * `delay`: milliseconds for the first failure after the free ones, and twice as many for each further one; 0: never.
   */
  constructor(delay: number, clock: Clock) {
    this.#delay = delay;
    this.#clock = clock;
  }

  /**
   * Counts a failed login. Returns how many milliseconds the reply must wait. A client without an address (on a Unix
   * socket) is counted by user only, and an attempt without a user by address only.
   */
  failed(address: string, user: string): number {
    const delay = this.#delay;
    if (delay === 0) return 0;
    const now = this.#clock.now();
    const byAddress = address === "" ? 0 : this.#addresses.add(addressKey(address), now);
    const byUser = user === "" ? 0 : this.#users.add(userKey(user), now);
    const count = Math.max(byAddress, byUser);
    if (count <= FREE) return 0;
    return Math.min(delay * 2 ** (count - FREE - 1), Math.max(delay, LONGEST));
  }
}

/** How often logins have failed, by address or user. */
class Failures {
  /** The one that failed last comes last. */
  readonly #counts = new Map<string, { count: number; at: number }>();

  /** Counts a failure. Returns how many there were. */
  add(key: string, now: number): number {
    this.#forget(now);
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.delete(key);
    this.#counts.set(key, { count, at: now });
    return count;
  }

  /** Forgets those without recent failures, and the oldest if there are too many. */
  #forget(now: number): void {
    for (const [key, { at }] of this.#counts) {
      if (now - at < MEMORY && this.#counts.size < MOST) return;
      this.#counts.delete(key);
    }
  }
}

/** The key of a user name: short, however long the name is, and the same in every case. */
function userKey(user: string): string {
  return createHash("sha256").update(user.normalize("NFKC").toLowerCase()).digest("base64");
}

/** How many failures are free: people mistype, and programs are configured wrongly. */
const FREE = 10;

/** Milliseconds. */
const LONGEST = 8000;

/** Milliseconds after which a failure no longer counts. */
const MEMORY = 600_000;

/** How many addresses, and how many users, are remembered. */
const MOST = 10_000;
