import type { Phase } from "../../protocol/phase.ts";
import type { Clock } from "../clock.ts";
import { Deadline } from "../deadline.ts";
import { Moment } from "../moment.ts";
import { phaseTimeout, type Timeouts } from "./timeouts.ts";

/**
 * How long a connection waits, and since when. The time for a reply starts when the reply before was complete or its
 * command handed over, whichever was later. All deadlines share one timer.
 */
export class ReplyTimes {
  readonly #clock: Clock;
  readonly #timeouts: Timeouts;
  readonly #deadline: Deadline;
  #since: number;
  /** When the last dialogue ended. */
  #quiet: Moment;
  /** Nobody knows whether the server is still there: its first reply tells. */
  #doubtful = false;

  /** @param late called when a deadline passes */
  constructor(clock: Clock, timeouts: Timeouts, late: () => void) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#deadline = new Deadline(clock, late);
    this.#since = clock.now();
    this.#quiet = new Moment(clock);
  }

  /** Milliseconds since the last dialogue ended, whether the process or the machine slept meanwhile or not. */
  get idle(): number {
    return this.#quiet.age;
  }

  /** Whether the server may have let go of the connection, for being idle. */
  get stale(): boolean {
    return this.idle > FRESH;
  }

  /** A dialogue begins. */
  begin(): void {
    this.#doubtful = this.stale;
  }

  /** A dialogue has ended. */
  end(): void {
    this.#quiet = new Moment(this.#clock);
    this.#deadline.clear();
  }

  /** Something was handed over that is to be answered. */
  said(): void {
    this.#since = this.#clock.now();
  }

  /** Replies are complete. */
  heard(): void {
    this.#since = this.#clock.now();
    this.#doubtful = false;
  }

  /** From now on the reply in this phase is waited for. */
  await(phase: Phase): void {
    this.#deadline.set(this.#since + this.limit(phase));
  }

  /** From now on something of this phase is waited for that began just now. */
  allow(phase: Phase): void {
    this.#deadline.set(this.#clock.now() + this.limit(phase));
  }

  /** Nothing is waited for. */
  clear(): void {
    this.#deadline.clear();
  }

  /** Nothing is waited for any more, and no timer is left. */
  stop(): void {
    this.#deadline.stop();
  }

  /** Milliseconds that the reply in a phase may take. */
  limit(phase: Phase): number {
    const limit = phaseTimeout(phase, this.#timeouts);
    return phase === "reset" && this.#doubtful ? Math.min(limit, DOUBTFUL) : limit;
  }
}

/** After so many milliseconds without use a server may have let go of a connection. */
const FRESH = 1000;

/** Milliseconds that the reply to the RSET may take that asks a server whether it is still there. */
const DOUBTFUL = 5_000;
