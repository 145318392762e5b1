import type { Rate } from "./pool-config.ts";

/**
 * Holds a {@link Rate} exactly: within any interval, whenever it begins, no more mails than it says.
 *
 * Between the moment when a mail is let go and the one when it begins there may be a connection to open. So a place is
 * reserved first, and counts until the mail has begun, from when on its time does.
 */
export class RateLimit {
  readonly #rate: Rate;
  #reserved = 0;
  /** When mails began, the oldest in front; those before `#head` are forgotten. */
  #begun: number[] = [];
  #head = 0;

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** How many mails may go now. */
  room(now: number): number {
    const { messages, interval } = this.#rate;
    this.#forget(now - interval);
    return messages - this.#reserved - this.#begun.length + this.#head;
  }

  /** Milliseconds until another mail may go; infinite if that depends on those that have not begun. */
  wait(now: number): number {
    if (this.room(now) > 0) return 0;
    const oldest = this.#begun[this.#head];
    return oldest === undefined ? Number.POSITIVE_INFINITY : oldest + this.#rate.interval - now;
  }

  /** A mail is let go. */
  reserve(): void {
    this.#reserved++;
  }

  /** A mail that was let go begins. */
  begin(now: number): void {
    this.#reserved--;
    this.#begun.push(now);
  }

  /** A mail that was let go will not begin. */
  release(): void {
    this.#reserved--;
  }

  #forget(until: number): void {
    const begun = this.#begun;
    for (let at = begun[this.#head]; at !== undefined && at <= until; at = begun[++this.#head]);
    if (this.#head < 1000 || this.#head < begun.length / 2) return;
    this.#begun = begun.slice(this.#head);
    this.#head = 0;
  }
}
