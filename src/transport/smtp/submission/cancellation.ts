import type { Failure } from "../../../protocol/failure.ts";
import type { Phase } from "../../../protocol/phase.ts";

/** Why a send is called off, told for the phase it has reached. */
export type CancellationReason = (phase: Phase) => Failure;

/**
 * The way to call one send off, in whatever state it is: each state tells, as it begins, how it is broken off.
 */
export class Cancellation {
  #reason: CancellationReason | undefined;
  #breakOff: ((reason: CancellationReason) => void) | undefined;

  /** Whether the send was called off. */
  get requested(): boolean {
    return this.#reason !== undefined;
  }

  /** From now on a cancellation calls `breakOff`; at once, where it has already come. */
  during(breakOff: (reason: CancellationReason) => void): void {
    this.#breakOff = breakOff;
    if (this.#reason !== undefined) breakOff(this.#reason);
  }

  /** The send has its outcome: a cancellation that is still to come breaks nothing off that others may use by then. */
  over(): void {
    this.#breakOff = undefined;
  }

  /** Calls the send off. Only the first reason counts. */
  cancel(reason: CancellationReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#breakOff?.(reason);
  }

  /** Waits for what the caller's own code does; a cancellation aborts its signal and is not held up by it. */
  async aborting<T>(phase: Phase, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const before = this.#breakOff;
    const controller = new AbortController();
    try {
      return await new Promise<T>((resolve, reject) => {
        this.during((reason) => {
          before?.(reason);
          reject(reason(phase));
          controller.abort();
        });
        action(controller.signal).then(resolve, reject);
      });
    } finally {
      this.#breakOff = before;
    }
  }
}
