import type { Rate } from "./pool-config.ts";

/**
 * Enforces a {@link Rate} exactly: no interval, whenever it begins, contains more mails than allowed.
 *
 * A connection may have to be opened after a mail was allowed and before it begins. So a place is reserved first. It
 * counts until the mail begins; from then on the time of its beginning counts.
 */
export class RateLimit {
  readonly #rate: Rate;
  #reserved = 0;
  /** When mails began, the oldest first; those before `#head` are forgotten. */
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

  /** Milliseconds until another mail may go; infinite if that depends on mails that have not begun. */
  wait(now: number): number {
    if (this.room(now) > 0) return 0;
    const oldest = this.#begun[this.#head];
    return oldest === undefined ? Number.POSITIVE_INFINITY : oldest + this.#rate.interval - now;
  }

  /** Reserves a place for a mail. */
  reserve(): void {
    this.#reserved++;
  }

  /** The mail of a reserved place begins. */
  begin(now: number): void {
    this.#reserved--;
    this.#begun.push(now);
  }

  /** The mail of a reserved place will not begin. */
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
