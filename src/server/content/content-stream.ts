/** Content on its way to the hook that reads it: pieces wait for the reader, and the writer for the pieces. */
export class ContentStream implements AsyncIterable<Buffer> {
  #pieces: Buffer[] = [];
  #waiting = 0;
  #state: "open" | "ended" | "failed" = "open";
  #error: unknown;
  #reader: "none" | "reading" | "gone" = "none";
  #wakeReader: (() => void) | undefined;
  #moved: (() => void)[] = [];

  /** What the reader has been given, or will be, in place of the rest. */
  get failure(): unknown {
    return this.#error;
  }

  /** Whether somebody has begun to read, and has neither come to the end nor let go. */
  get reading(): boolean {
    return this.#reader === "reading";
  }

  /** Whether so much waits for the reader that the client has to wait too. */
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

  /** The content will not be complete: the reader gets the error in place of the rest. */
  fail(error: unknown): void {
    if (this.#state === "open") this.#break(error);
  }

  /** Nobody waits any more for the reader to take the rest: it gets the error, also if the content is complete. */
  giveUp(error: unknown): void {
    if (this.#state !== "failed") this.#break(error);
  }

  #break(error: unknown): void {
    this.#state = "failed";
    this.#error = error;
    this.#discard();
    this.#wakeReader?.();
  }

  /**
   * The hook has returned. Who reads may read to the end; where nobody does, nobody will, and what comes is thrown
   * away.
   */
  release(): void {
    if (this.#reader === "none") this.#leave();
  }

  /** Resolves when the reader takes a piece, or lets go, or the content fails. */
  moved(): Promise<void> {
    return new Promise((resolve) => this.#moved.push(resolve));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, void> {
    // Not an end: who reads would take nothing for all of it.
    if (this.#reader === "gone")
      throw this.#error ?? new TypeError("the content is there until the hook returns, and once");
    if (this.#reader === "reading") throw new TypeError("the content can be read once");
    this.#reader = "reading";
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

/** What a piece takes besides its octets: many small ones are not to take more room than few large ones. */
const PIECE_COST = 256;

/** With so many octets waiting for the reader, the client has to wait. */
const HIGH_WATER = 131_072;
