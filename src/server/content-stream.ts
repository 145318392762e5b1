/** Content on its way to the hook that reads it: pieces wait for the reader, and the writer for the pieces. */
export class ContentStream implements AsyncIterable<Buffer> {
  #pieces: Buffer[] = [];
  #waiting = 0;
  #state: "open" | "ended" | "failed" = "open";
  #error: unknown;
  #abandoned = false;
  #taken = false;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;

  /** What the reader has been given, or will be, in place of the rest. */
  get failure(): unknown {
    return this.#error;
  }

  /** Hands a piece over; a promise where the reader is behind. */
  push(piece: Buffer): Promise<void> | undefined {
    if (this.#abandoned) return undefined;
    this.#pieces.push(piece);
    this.#waiting += piece.length + PIECE_COST;
    this.#wakeReader?.();
    if (this.#waiting < HIGH_WATER) return undefined;
    return new Promise((resolve) => {
      this.#wakeWriter = resolve;
    });
  }

  /** The content is complete. */
  end(): void {
    if (this.#state === "open") this.#state = "ended";
    this.#wakeReader?.();
  }

  /** The content will not be complete: the reader gets the error in place of the rest. */
  fail(error: unknown): void {
    if (this.#state !== "open") return;
    this.#state = "failed";
    this.#error = error;
    this.#pieces = [];
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }

  /** Nobody reads any more: what comes is thrown away. */
  abandon(): void {
    this.#abandoned = true;
    this.#pieces = [];
    this.#wakeWriter?.();
    this.#wakeReader?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, void> {
    if (this.#taken) throw new TypeError("the content can be read once");
    this.#taken = true;
    try {
      for (;;) {
        if (this.#state === "failed") throw this.#error;
        const piece = this.#pieces.shift();
        if (piece !== undefined) {
          this.#waiting -= piece.length + PIECE_COST;
          if (this.#waiting < HIGH_WATER) this.#wakeWriter?.();
          yield piece;
        } else if (this.#state === "ended" || this.#abandoned) return;
        else {
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
          this.#wakeReader = undefined;
        }
      }
    } finally {
      this.abandon();
    }
  }
}

/** What a piece takes besides its octets: many small ones are not to take more room than few large ones. */
const PIECE_COST = 256;

/** With so many octets waiting for the reader, the client has to wait. */
const HIGH_WATER = 131_072;
