/**
 * The content of a message between the connection, which writes it, and the hook, which reads it. Each waits for the
 * other.
 */
export class ContentStream implements AsyncIterable<Buffer> {
  #pieces: Buffer[] = [];
  #waiting = 0;
  #state: "open" | "ended" | "failed" = "open";
  #error: unknown;
  #reader: "none" | "reading" | "gone" = "none";
  #wakeReader: (() => void) | undefined;
  #moved: (() => void)[] = [];

  /** The error that the reader gets instead of the rest, if any. */
  get failure(): unknown {
    return this.#error;
  }

  /** Whether a reader has begun and has neither finished nor stopped. */
  get reading(): boolean {
    return this.#reader === "reading";
  }

  /** Whether so much waits for the reader that the client must wait too. */
  get behind(): boolean {
    return this.#waiting >= HIGH_WATER && this.#state === "open" && this.#reader !== "gone";
  }

  /** Hands a piece over. */
  push(piece: Buffer): void {
    if (this.#reader === "gone" || this.#state !== "open") return;
    this.#pieces.push(piece);
    this.#waiting += piece.length + PIECE_COST;
    this.#wakeReader?.();
  }

  /** The content is complete. */
  end(): void {
    if (this.#state === "open") this.#state = "ended";
    this.#wakeReader?.();
  }

  /** The content will not be complete: the reader gets the error instead of the rest. */
  fail(error: unknown): void {
    if (this.#state === "open") this.#break(error);
  }

  /** The reader was too slow: it gets the error, even if the content is complete. */
  giveUp(error: unknown): void {
    if (this.#state !== "failed") this.#break(error);
  }

  #break(error: unknown): void {
    this.#state = "failed";
    this.#error = error;
    this.#discard();
    this.#wakeReader?.();
  }

  /** The hook has returned. A reader that has begun may read to the end; otherwise the content is discarded. */
  release(): void {
    if (this.#reader === "none") this.#leave();
  }

  /** Resolves when the reader takes a piece or stops, or the content fails. */
  moved(): Promise<void> {
    return new Promise((resolve) => this.#moved.push(resolve));
  }

  /** A reader begins here, not with its first piece: a `Readable` or a pipeline asks for that a moment later. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer> {
    // An error, not an end: otherwise the reader would take the empty content for the whole.
    if (this.#reader === "gone")
      return failing(this.#error ?? new TypeError("the content is there until the hook returns, and once"));
    if (this.#reader === "reading") return failing(new TypeError("the content can be read once"));
    this.#reader = "reading";
    const pieces = this.#read();
    const iterator: AsyncIterableIterator<Buffer> = {
      next: () => pieces.next(),
      return: () => {
        // A generator that has not been started ends without its `finally`.
        this.#leave();
        return pieces.return();
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  async *#read(): AsyncGenerator<Buffer, void, void> {
    try {
      for (;;) {
        if (this.#state === "failed") throw this.#error;
        const piece = this.#pieces.shift();
        if (piece !== undefined) {
          this.#waiting -= piece.length + PIECE_COST;
          this.#tell();
          yield piece;
        } else if (this.#state === "ended") return;
        else {
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
          this.#wakeReader = undefined;
        }
      }
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    this.#reader = "gone";
    this.#discard();
  }

  #discard(): void {
    this.#pieces = [];
    this.#waiting = 0;
    this.#tell();
  }

  #tell(): void {
    if (this.#moved.length === 0) return;
    const moved = this.#moved;
    this.#moved = [];
    for (const resolve of moved) resolve();
  }
}

/** The size of a piece besides its bytes, so that many small pieces count as much as they need. */
const PIECE_COST = 256;

/** How many waiting bytes make the client wait. */
const HIGH_WATER = 131_072;

/** Gives the error to the reader when it asks for the first piece. */
function failing(error: unknown): AsyncIterableIterator<Buffer> {
  const iterator: AsyncIterableIterator<Buffer> = {
    next: async () => {
      throw error;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
