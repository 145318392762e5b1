import { performance } from "node:perf_hooks";

/**
 * Pauses a worker whose relay cannot be used, so that it does not try every mail in vain. It begins when several mails
 * in a row failed for a reason that is not their own, and each time lasts twice as long.
 */
export class RelayPause {
  #failures = 0;
  #pauses = 0;
  #until = 0;

  /** Learns how an attempt ended. */
  saw(failed: boolean): void {
    if (!failed) {
      this.#failures = 0;
      this.#pauses = 0;
      return;
    }
    if (++this.#failures < inARow) return;
    this.#failures = 0;
    this.#until = performance.now() + Math.min(30_000, 250 * 2 ** this.#pauses++);
  }

  /** Milliseconds that the pause still lasts; 0 if there is none. */
  rest(): number {
    return Math.max(0, this.#until - performance.now());
  }
}

/** Failures in a row, before the first pause. */
const inARow = 5;
