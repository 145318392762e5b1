/**
 * The content of a message between the connection, which writes it, and the hook, which reads it. Each waits for the
 * other.
 */
export class ContentStream implements AsyncIterable<Buffer> {
  readonly #moved: () => void;
  #pieces: Buffer[] = [];
  #waiting = 0;
  #state: "open" | "ended" | "failed" = "open";
  #error: unknown;
  #reader: "none" | "reading" | "gone" = "none";
  /** The requests of the reader. */
  #requests: Request[] = [];

  /** `moved` is called when a reader begins, takes a piece or stops, and when the content fails. */
  constructor(moved: () => void) {
    this.#moved = moved;
  }

  /** The error that the reader gets instead of the rest, if any. */
  get failure(): unknown {
    return this.#error;
  }

  /** Whether a reader has begun and has neither finished nor stopped, and is not about to get an error. */
  get reading(): boolean {
    return this.#reader === "reading" && this.#state !== "failed";
  }

  /** Whether a reader has come to the end, or has stopped before. */
  get wasRead(): boolean {
    return this.#reader === "gone";
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
    this.#serve();
  }

  /** The content is complete. */
  end(): void {
    if (this.#state === "open") this.#state = "ended";
    this.#serve();
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
    this.#serve();
    this.#moved();
  }

  /** The hook has returned. A reader that has begun may read to the end; otherwise the content is discarded. */
  release(): void {
    if (this.#reader === "none") this.#leave();
  }

  /** A reader begins here, not with its first piece: a `Readable` or a pipeline asks for that a moment later. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer> {
    // An error, not an end: otherwise the reader would take the empty content for the whole.
    if (this.#reader === "gone")
      return failing(this.#error ?? new TypeError("the content is there until the hook returns, and once"));
    if (this.#reader === "reading") return failing(new TypeError("the content can be read once"));
    this.#reader = "reading";
    this.#moved();
    const iterator: AsyncIterableIterator<Buffer> = {
      next: () => this.#next(),
      return: async () => {
        this.#leave();
        return END;
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  #next(): Promise<IteratorResult<Buffer>> {
    return new Promise((resolve, reject) => {
      if (this.#reader === "gone") return resolve(END);
      this.#requests.push({ resolve, reject });
      this.#serve();
    });
  }

  /** Answers the requests of the reader, as far as there is content. */
  #serve(): void {
    for (let request = this.#requests[0]; request !== undefined; request = this.#requests[0]) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        this.#waiting -= piece.length + PIECE_COST;
        this.#requests.shift();
        request.resolve({ value: piece, done: false });
        this.#moved();
      } else if (this.#state === "open") {
        return;
      } else {
        if (this.#state === "failed") request.reject(this.#error);
        this.#leave();
      }
    }
  }

  #leave(): void {
    this.#reader = "gone";
    this.#discard();
    for (const request of this.#requests) request.resolve(END);
    this.#requests = [];
    this.#moved();
  }

  #discard(): void {
    this.#pieces = [];
    this.#waiting = 0;
  }
}

/** A reader waits for a piece. */
interface Request {
  resolve(result: IteratorResult<Buffer>): void;
  reject(error: unknown): void;
}

const END: IteratorReturnResult<undefined> = Object.freeze({ value: undefined, done: true });

/** What a piece costs besides its bytes, so that many small pieces count as much as they need. */
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
