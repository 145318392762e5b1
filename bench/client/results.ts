import { type Cost, cpuEach, median, rate } from "../report/cost.ts";
import { nameOf, type Track } from "./course.ts";

/** The costs of each sender on each track, in every round. */
export class Results {
  readonly #costs = new Map<string, Cost[]>();
  readonly #seen = new Set<Track>();
  /** Measured seconds of a round trip, by the delay of the relay. */
  readonly #roundTrips = new Map<number, readonly number[]>();

  addRoundTrips(delay: number, seconds: readonly number[]): void {
    this.#roundTrips.set(delay, [...(this.#roundTrips.get(delay) ?? []), ...seconds]);
  }

  add(track: Track, entrant: string, cost: Cost): void {
    this.#seen.add(track);
    const costs = this.#costsOf(track, entrant);
    this.#costs.set(keyOf(track, entrant), [...costs, cost]);
  }

  /** Whether there is a result for the track. */
  has(track: Track): boolean {
    return this.#seen.has(track);
  }

  /** Mails per second; NaN if there is no result. */
  rate(track: Track, entrant: string): number {
    return rate(this.#costsOf(track, entrant));
  }

  /** Microseconds of processor time per mail. */
  cpu(track: Track, entrant: string): number {
    return cpuEach(this.#costsOf(track, entrant));
  }

  /** Round trips of a connection per mail. */
  trips(track: Track, entrant: string): number {
    const roundTrip = median(this.#roundTrips.get(track.delay) ?? []);
    return track.connections / this.rate(track, entrant) / roundTrip;
  }

  #costsOf(track: Track, entrant: string): readonly Cost[] {
    return this.#costs.get(keyOf(track, entrant)) ?? [];
  }
}

function keyOf(track: Track, entrant: string): string {
  return `${track.delay}, ${nameOf(track)}, ${entrant}`;
}
