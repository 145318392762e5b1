import { formatCommand } from "../command.ts";
import { type Failure, sourceFailed } from "../failure.ts";

/**
 * Octets that come in their own time, as BDAT takes them: in chunks whose size is known before they go out (RFC 3030
 * 2).
 *
 * A chunk goes out when it has been gathered, so a source always fails between two of them: then `failure` is set, and
 * nobody need be told but by RSET.
 */
export class ChunkedStream {
  readonly #source: AsyncIterable<Buffer>;
  /** How many chunks have gone out. */
  count = 0;
  /** What is left for the last chunk, once `chunks` has come to its end. */
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
            // The socket may hold the other still.
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

/** Octets in a chunk that is not the last. */
const CHUNK = 262_144;

const header = Buffer.from(formatCommand({ verb: "BDAT", size: CHUNK, last: false }));
