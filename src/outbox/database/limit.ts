/** When the wait for a database ends. */
export class Limit {
  readonly #timeout: number;
  readonly #signal: AbortSignal | undefined;

  /**
   * @param timeout milliseconds for each step
   * @param signal ends all waits when it aborts
   */
  constructor(timeout: number, signal?: AbortSignal) {
    this.#timeout = timeout;
    this.#signal = signal;
  }

  /** The result of a step that has begun. @throws Error if that does not come in time. */
  async on<T>(step: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let aborted: (() => void) | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${this.#timeout} ms`)), this.#timeout);
      aborted = () => reject(new Error("no answer before the end of the connection"));
      if (this.#signal?.aborted === true) aborted();
      else this.#signal?.addEventListener("abort", aborted, { once: true });
    });
    try {
      return await Promise.race([step, late]);
    } finally {
      clearTimeout(timer);
      if (aborted !== undefined) this.#signal?.removeEventListener("abort", aborted);
    }
  }
}
