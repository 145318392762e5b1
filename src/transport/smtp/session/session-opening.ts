import type { Clock, Timer } from "../../../net/clock.ts";
import { Cancellation, type CancellationReason } from "../submission/cancellation.ts";

/** One attempt to open a session: how far it is, and how to cancel it. */
export class Opening {
  readonly cancellation: Cancellation = new Cancellation();
  /** Whether to try the login even though its secret has just been refused. */
  readonly insists: boolean;
  /** Whether the server has sent its greeting. */
  greeted = false;
  /** The secrets of the login. */
  readonly secrets: Set<string> = new Set();
  #grace: Timer | undefined;

  constructor({ insists = false }: { readonly insists?: boolean } = {}) {
    this.insists = insists;
  }

  /**
   * Nothing waits for the session any more. Before the greeting the connection is cut. After it, the opening may
   * continue for as long as a reply to QUIT may take, so that the session ends in order.
   */
  abandon(clock: Clock, reason: CancellationReason): void {
    if (this.greeted) this.#grace = clock.timer(GRACE, () => this.cancellation.cancel(reason));
    else this.cancellation.cancel(reason);
  }

  /** The attempt has ended, with or without success. */
  over(): void {
    this.#grace?.cancel();
    this.cancellation.over();
  }
}

/** Milliseconds, as for the reply to QUIT. */
const GRACE = 5000;
