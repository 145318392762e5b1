/** What strict reading refuses in mail data (RFC 5321 2.3.8, 4.1.1.4). */
export type DataFault = "a bare CR" | "a bare LF" | "a NUL";

/** What {@link DataReader.read} made of a chunk. */
export interface DataRead {
  /** The content in the chunk, its doubled dots undone: part of the chunk, or a copy. */
  readonly content: Buffer;
  /** Where in the chunk that begins which follows the data; `undefined` while the data goes on. */
  readonly end: number | undefined;
  /** Why reading stopped for good. */
  readonly fault: DataFault | undefined;
}

/** How {@link DataReader} reads. */
export interface DataReaderOptions {
  /** Keeps bare CR, bare LF and NUL as data, in place of stopping at them. They never end the data. */
  readonly lenient: boolean;
}

/**
 * Reads mail data as DATA carries it: finds the one end there is, CRLF dot CRLF, and takes away the dot that begins
 * a line (RFC 5321 4.5.2). All that it carries from chunk to chunk is where in a line end it stands, so the result
 * does not depend on how the octets were cut up.
 *
 * Short lines are looked at octet by octet, in one pass; what is long is searched and copied natively: no kind of
 * content is much slower than another.
 */
export class DataReader {
  readonly #lenient: boolean;
  #state: State = LINE_START;

  constructor({ lenient }: DataReaderOptions) {
    this.#lenient = lenient;
  }

  /** Reads the chunk from the index `from`. After `end` or `fault` there is nothing more to read. */
  read(chunk: Buffer, from: number): DataRead {
    const { length } = chunk;
    const lenient = this.#lenient;
    let state = this.#state;
    let fault: DataFault | undefined;
    let at = from;
    /** What stands in the chunk from here on is content, not yet copied to `copy`. */
    let run = from;
    let copy: Buffer | undefined;
    let copied = 0;
    let cr = -1;
    let lf = -1;
    const carriedCr = state === DOT_CR;

    while (at < length) {
      let octet = chunk[at] as number;
      if (state === LINE_START && octet === DOT) {
        if (run < at) {
          copy ??= Buffer.allocUnsafe(length - from + 1);
          if (at - run > NEAR) copied += chunk.copy(copy, copied, run, at);
          else while (run < at) copy[copied++] = chunk[run++] as number;
        }
        run = ++at;
        state = DOT_ONLY;
        if (at === length) break;
        octet = chunk[at] as number;
      }
      if (state === DOT_ONLY && octet === CR) {
        state = DOT_CR;
        at++;
      } else if (state <= DOT_ONLY) {
        state = TEXT;
        let near = NEAR;
        while (octet !== CR && octet !== LF && --near > 0 && ++at < length) octet = chunk[at] as number;
        if (near === 0) {
          if (cr < at) cr = indexOrEnd(chunk, CR, at);
          if (lf < at) lf = indexOrEnd(chunk, LF, at);
          at = Math.min(cr, lf);
        }
        if (at === length) break;
        if (chunk[at] === CR) {
          state = AFTER_CR;
          if (++at < length && chunk[at] === LF) {
            state = LINE_START;
            at++;
          }
        } else if (lenient) at++;
        else {
          fault = "a bare LF";
          break;
        }
      } else if (octet === LF) {
        at++;
        if (state === AFTER_CR) state = LINE_START;
        else {
          state = ENDED;
          break;
        }
      } else if (!lenient) {
        fault = "a bare CR";
        break;
      } else {
        // The CR belongs to the content after all; behind a dot, it may have come with the chunk before.
        if (carriedCr && at === from) {
          copy = Buffer.allocUnsafe(length - from + 1);
          copy[copied++] = CR;
        }
        state = TEXT;
      }
    }

    this.#state = state;
    if (!lenient && fault === undefined) {
      const nul = chunk.indexOf(0, from);
      if (nul !== -1 && nul < at) fault = "a NUL";
    }
    const end = state === ENDED ? at : undefined;
    if (fault !== undefined) return { content: NOTHING, end: undefined, fault };
    // A CR behind a lone dot is held back until it is known whether it belongs to the end.
    const until = state === ENDED || state === DOT_CR ? Math.max(run, from) : at;
    if (copy === undefined) return { content: chunk.subarray(run, until), end, fault };
    copied += chunk.copy(copy, copied, run, until);
    return { content: copy.subarray(0, copied), end, fault };
  }
}

type State = 0 | 1 | 2 | 3 | 4 | 5;
const LINE_START = 0;
const TEXT = 1;
/** A line that is, so far, a dot, which never belongs to the content. In this state and those above it, any octet may follow. */
const DOT_ONLY = 2;
const AFTER_CR = 3;
const DOT_CR = 4;
const ENDED = 5;

const DOT = 0x2e;
const CR = 0x0d;
const LF = 0x0a;
const NOTHING = Buffer.alloc(0);

/** So many octets are looked at one by one before a native search, which costs as much to call, is worth it. */
const NEAR = 48;

function indexOrEnd(chunk: Buffer, octet: number, from: number): number {
  const index = chunk.indexOf(octet, from);
  return index === -1 ? chunk.length : index;
}
