import { formatCommand } from "../command.ts";
import { type Failure, sourceFailed } from "../failure.ts";

/**
 * Bytes of an asynchronous source in chunks for BDAT, whose size must be known before they are sent (RFC 3030 2).
 *
 * A chunk is sent when it is complete, so a source always fails between two chunks: `failure` is set then, and RSET is
 * enough to take the mail back.
 */
export class ChunkedStream {
  readonly #source: AsyncIterable<Buffer>;
  /** How many chunks were sent. */
  count = 0;
  /** The last chunk, once `chunks` has ended. */
  rest: Buffer = Buffer.alloc(0);
  failure: Failure | undefined;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source;
  }

  /** All chunks but the last, each with its command. */
  async *chunks(): AsyncGenerator<Buffer> {
    let chunk = Buffer.allocUnsafe(CHUNK);
    let filled = 0;
    const source = this.#source[Symbol.asyncIterator]();
    let ended = false;
    try {
      for (;;) {
        const next = await this.#next(source);
        if (next === undefined) break;
        for (let at = 0; at < next.length; ) {
          if (filled === CHUNK) {
            yield header;
            yield chunk;
            this.count++;
            // The socket may still hold the other buffer.
            chunk = Buffer.allocUnsafe(CHUNK);
            filled = 0;
          }
          const copied = next.copy(chunk, filled, at);
          filled += copied;
          at += copied;
        }
      }
      ended = true;
    } finally {
      if (!ended) await source.return?.();
    }
    this.rest = chunk.subarray(0, filled);
  }

  async #next(source: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
    try {
      const next = await source.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      this.failure = sourceFailed(error);
      return undefined;
    }
  }
}

/** Bytes in each chunk but the last. */
const CHUNK = 262_144;

const header = Buffer.from(formatCommand({ verb: "BDAT", size: CHUNK, last: false }));
