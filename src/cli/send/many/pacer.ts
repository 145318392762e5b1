import { setTimeout as pause } from "node:timers/promises";
import type { Rate } from "../../../transport/smtp/pool/pool-config.ts";

/**
 * Lets rows pass at an even pace. The transport keeps the rate exactly, but in bursts, and a mail that waits there is
 * already marked as under way.
 */
export class Pacer {
  readonly #step: number;
  #next = 0;

  constructor({ messages, interval }: Rate) {
    this.#step = interval / messages;
  }

  /** Resolves when the next row may pass; at once if it may. Ends without a row if the signal aborts. */
  turn(signal: AbortSignal): Promise<void> | undefined {
    const now = performance.now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#step;
    // Timers are not more exact than this.
    if (at - now < 1) return undefined;
    return pause(at - now, undefined, { signal }).catch(() => undefined);
  }
}
