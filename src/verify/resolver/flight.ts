import type { Answer } from "./answer.ts";

/** A question on its way, and those who wait for the answer. */
export class Flight {
  readonly #waiters: Set<Waiter> = new Set();
  readonly #over: () => void;
  #landed = false;

  /** @param over is called once: when the answer is there, or when nobody waits for it any more */
  constructor(over: () => void) {
    this.#over = over;
  }

  /** Waits for the answer. @throws the reason of `signal`, if it aborts first. */
  join(signal: AbortSignal | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(waiter);
        reject(signal?.reason);
        if (this.#waiters.size === 0) this.#end();
      };
      const waiter = {
        resolve: (answer: Answer) => {
          signal?.removeEventListener("abort", leave);
          resolve(answer);
        },
      };
      this.#waiters.add(waiter);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }

  /** Gives the answer to all who wait; the first one counts. */
  land(answer: Answer): void {
    if (this.#landed) return;
    for (const { resolve } of this.#waiters) resolve(answer);
    this.#end();
  }

  #end(): void {
    if (this.#landed) return;
    this.#landed = true;
    this.#over();
  }
}

interface Waiter {
  readonly resolve: (answer: Answer) => void;
}
