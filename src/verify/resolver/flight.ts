import { whenAborted } from "../abort-signal.ts";
import type { Answer } from "./answer.ts";

/** A question on its way, and those who wait for the answer. */
export class Flight {
  readonly #waiters: Set<(answer: Answer) => void> = new Set();
  readonly #over: () => void;
  #landed = false;

  /** @param over is called once: when the answer is there, or when nobody waits for it any more */
  constructor(over: () => void) {
    this.#over = over;
  }

  /** Waits for the answer. @throws the reason of `signal`, if it aborts first. */
  join(signal: AbortSignal | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiter = (answer: Answer) => {
        forget?.();
        resolve(answer);
      };
      const forget =
        signal &&
        whenAborted(signal, () => {
          this.#waiters.delete(waiter);
          reject(signal.reason);
          if (this.#waiters.size === 0) this.#end();
        });
      this.#waiters.add(waiter);
    });
  }

  /** Gives the answer to all who wait; the first one counts. */
  land(answer: Answer): void {
    if (this.#landed) return;
    for (const waiter of this.#waiters) waiter(answer);
    this.#end();
  }

  #end(): void {
    if (this.#landed) return;
    this.#landed = true;
    this.#over();
  }
}
