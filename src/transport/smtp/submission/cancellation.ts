import type { Failure } from "../../../protocol/failure.ts";
import type { Phase } from "../../../protocol/phase.ts";

/** Makes the failure of a cancelled send for the phase that it has reached. */
export type CancellationReason = (phase: Phase) => Failure;

/** Cancels one send in whatever state it is: each state says, when it begins, how to end it. */
export class Cancellation {
  #reason: CancellationReason | undefined;
  #breakOff: ((reason: CancellationReason) => void) | undefined;

  /** Whether the send was cancelled. */
  get requested(): boolean {
    return this.#reason !== undefined;
  }

  /** Sets what a cancellation calls from now on; calls it at once if the send was cancelled already. */
  during(breakOff: (reason: CancellationReason) => void): void {
    this.#breakOff = breakOff;
    if (this.#reason !== undefined) breakOff(this.#reason);
  }

  /** The send has its outcome: a later cancellation must not end what other mails may use by then. */
  over(): void {
    this.#breakOff = undefined;
  }

  /** Cancels the send. Only the first reason counts. */
  cancel(reason: CancellationReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#breakOff?.(reason);
  }

  /** Waits for code of the caller. A cancellation aborts its signal, and does not wait for it. */
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
