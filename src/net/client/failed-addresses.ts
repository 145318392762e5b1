import type { Clock } from "../clock.ts";
import { Moment } from "../moment.ts";

/**
 * The addresses at which a transport could not begin to send, each for five minutes: others are tried before them. It
 * holds as many as the hosts of one transport have.
 */
export class FailedAddresses {
  readonly #failed: Map<string, Moment> = new Map();

  /** An address has failed now. */
  add(place: string, clock: Clock): void {
    // Behind those that failed before.
    this.#failed.delete(place);
    this.#failed.set(place, new Moment(clock));
  }

  /** An address has served. */
  delete(place: string): void {
    this.#failed.delete(place);
  }

  /** The addresses in their order, those that failed last; of these, the one in front that failed the longest ago. */
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

/** Milliseconds for which a failure counts. */
const KEPT = 300_000;
