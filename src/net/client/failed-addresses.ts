import type { Clock } from "../clock.ts";
import { Moment } from "../moment.ts";

/**
 * Remembers for five minutes the addresses at which a transport could not begin to send: others are tried before them.
 * It holds at most the addresses of the hosts of one transport.
 */
export class FailedAddresses {
  readonly #failed: Map<string, Moment> = new Map();

  /** Records a failure. */
  add(place: string, clock: Clock): void {
    // It moves to the end, after those that failed earlier.
    this.#failed.delete(place);
    this.#failed.set(place, new Moment(clock));
  }

  /** Records a success. */
  delete(place: string): void {
    this.#failed.delete(place);
  }

  /** Sorts the addresses: those that failed come last, and of these the one that failed first comes first. */
  last(addresses: readonly string[], placeOf: (address: string) => string): readonly string[] {
    this.#forget();
    if (this.#failed.size === 0) return addresses;
    const order = [...this.#failed.keys()];
    const turn = (address: string) => order.indexOf(placeOf(address));
    return [...addresses].sort((a, b) => turn(a) - turn(b));
  }

  #forget(): void {
    for (const [place, moment] of this.#failed) if (moment.age >= KEPT) this.#failed.delete(place);
  }
}

/** Milliseconds for which a failure is remembered. */
const KEPT = 300_000;
