/**
 * How many mails of a worker may be marked at once. A write marks some and records the results of others, whose slots
 * it frees in the same transaction; and a second may be under way before the first is answered, in any order.
 */
export class Slots {
  readonly #most: number;
  /** Mails that are marked, as far as is known, and those that writes under way may add to them. */
  #used = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether no mail is marked. */
  get empty(): boolean {
    return this.#used === 0;
  }

  /** How many mails a write may mark that records `ended` results of marked mails. */
  free(ended: number): number {
    return Math.max(0, this.#most - this.#used + ended);
  }

  /** A write begins. Returns what must be called with the number of mails that it has marked, when that is known. */
  begin(marking: number, ended: number): (marked: number) => void {
    const added = Math.max(0, marking - ended);
    this.#used += added;
    return (marked) => {
      this.#used += marked - ended - added;
    };
  }
}
