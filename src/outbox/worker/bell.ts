/** Wakes a loop that waits. */
export class Bell {
  #wake: (() => void) | undefined;
  #rung = false;

  /** Ends the wait, or the next one if nobody waits. */
  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Waits until it rings, but at most some milliseconds. */
  async wait(most: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(most, 2 ** 31 - 1));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    this.#rung = false;
  }
}
