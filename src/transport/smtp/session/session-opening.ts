import type { Clock, Timer } from "../../../net/clock.ts";
import { Cancellation, type CancellationReason } from "../submission/cancellation.ts";

/** One attempt to open a session: how far it has come, and how it is cancelled. */
export class Opening {
  readonly cancellation: Cancellation = new Cancellation();
  /** Set if the login is to be tried even though its secret has just been refused. */
  readonly insists: boolean;
  /** The server has greeted us. */
  greeted = false;
  /** The secrets that it has logged in with, or is about to. */
  readonly secrets: Set<string> = new Set();
  #grace: Timer | undefined;

  constructor({ insists = false }: { readonly insists?: boolean } = {}) {
    this.insists = insists;
  }

  /**
   * Nobody waits for the session any more. What has not been greeted is cut; a server that has spoken may go on for as
   * long as it would have to answer QUIT, so that it is left in good order.
   */
  abandon(clock: Clock, reason: CancellationReason): void {
    if (this.greeted) this.#grace = clock.timer(GRACE, () => this.cancellation.cancel(reason));
    else this.cancellation.cancel(reason);
  }

  /** It has come to an end, good or bad. */
  over(): void {
    this.#grace?.cancel();
    this.cancellation.over();
  }
}

/** Milliseconds, as long as the answer to QUIT is waited for. */
const GRACE = 5000;
