/** What strict reading of mail data refuses (RFC 5321 2.3.8, 4.1.1.4). */
export type DataFault = "a bare CR" | "a bare LF" | "a NUL";

/** What {@link DataReader.read} found in a chunk. */
export interface DataRead {
  /** The content in the chunk without doubled dots: a part of the chunk, or a copy. */
  readonly content: Buffer;
  /** The index in the chunk after the end of the data; `undefined` if the data continues. */
  readonly end: number | undefined;
  /** Why the data was refused. */
  readonly fault: DataFault | undefined;
}

/** How {@link DataReader} reads. */
export interface DataReaderOptions {
  /** Keeps bare CR, bare LF and NUL as data instead of refusing them. They never end the data. */
  readonly lenient: boolean;
}

/**
 * Reads the mail data of DATA: finds its end, CRLF dot CRLF, and removes the dot that begins a line (RFC 5321 4.5.2).
 * Between chunks it only remembers its position in a line end, so the result does not depend on how the octets were
 * split.
 *
 * Almost all content consists of whole lines. They are skipped in a simple loop, with a native search if they are not
 * very short. The rest, mostly at the edges of a chunk, goes through the states octet by octet. So no kind of content
 * is much slower than another.
 */
export class DataReader {
  readonly #lenient: boolean;
  #state: State = LINE_START;

  constructor({ lenient }: DataReaderOptions) {
    this.#lenient = lenient;
  }

  /** Reads the chunk from the index `from`. After `end` or `fault` it must not be called again. */
  read(chunk: Buffer, from: number): DataRead {
    const { length } = chunk;
    const lenient = this.#lenient;
    let state = this.#state;
    let fault: DataFault | undefined;
    let at = from;
    /** The start of content that was not copied to `copy` yet. */
    let run = from;
    let copy: Unstuffed | undefined;
    /** The index of the dot that ends the data, if the chunk contains the whole end. */
    let dot: number | undefined;
    let cr = -1;
    let lf = lenient ? Number.POSITIVE_INFINITY : -1;
    const carriedCr = state === DOT_CR;

    while (at < length) {
      if (state === LINE_START) {
        if (copy === undefined) {
          at = skipLines(chunk, at);
          // Most messages end in one chunk. This dot alone is not a reason to copy them.
          if (chunk[at] === DOT && chunk[at + 1] === CR && chunk[at + 2] === LF) {
            dot = at;
            at += 3;
            state = ENDED;
            break;
          }
        }
        if (run < at && chunk[at] === DOT) copy ??= new Unstuffed(length - from + 1);
        if (copy !== undefined) {
          copy.append(chunk, run, at);
          at = copy.appendLines(chunk, at);
          run = at;
        }
        if (at === length) break;
        state = TEXT;
        if (chunk[at] === DOT) {
          state = DOT_ONLY;
          run = ++at;
        }
        continue;
      }
      const octet = chunk[at] as number;
      if (state === DOT_ONLY && octet === CR) {
        state = DOT_CR;
        at++;
      } else if (state <= DOT_ONLY) {
        state = TEXT;
        at = plainUntil(chunk, at);
        if (at === length) break;
        if (chunk[at] !== CR && (lenient || chunk[at] !== LF)) {
          if (cr < at) cr = indexOrEnd(chunk, CR, at);
          if (lf < at) lf = indexOrEnd(chunk, LF, at);
          at = Math.min(cr, lf);
          if (at === length) break;
        }
        if (chunk[at] === CR) state = AFTER_CR;
        else if (!lenient) {
          fault = "a bare LF";
          break;
        }
        at++;
      } else if (octet === LF) {
        at++;
        if (state === DOT_CR) {
          state = ENDED;
          break;
        }
        state = LINE_START;
      } else if (!lenient) {
        fault = "a bare CR";
        break;
      } else if (state === AFTER_CR && octet === CR) at++;
      else {
        // The CR is content after all; after a dot, it may be from the chunk before.
        if (carriedCr && at === from) {
          copy = new Unstuffed(length - from + 1);
          copy.append(LONE_CR, 0, 1);
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
    // A CR after a lone dot is held back until it is known whether it belongs to the end.
    const until = dot ?? (state === ENDED || state === DOT_CR ? Math.max(run, from) : at);
    if (copy === undefined) return { content: chunk.subarray(run, until), end, fault };
    copy.append(chunk, run, until);
    return { content: copy.content, end, fault };
  }
}

/** Content that differs from the chunk: without the dots that began lines. */
class Unstuffed {
  readonly #octets: Buffer;
  #length = 0;

  constructor(size: number) {
    this.#octets = Buffer.allocUnsafe(size);
  }

  get content(): Buffer {
    return this.#octets.subarray(0, this.#length);
  }

  append(chunk: Buffer, from: number, to: number): void {
    if (from < to) this.#length += chunk.copy(this.#octets, this.#length, from, to);
  }

  /**
   * Appends whole short lines without their dots. Returns the start of the first line that is not whole, or ends the
   * data.
   */
  appendLines(chunk: Buffer, from: number): number {
    const octets = this.#octets;
    const last = chunk.length - 2;
    let at = from;
    let line = from;
    let length = this.#length;
    while (at < last) {
      let octet = chunk[at] as number;
      if (octet === DOT) {
        octet = chunk[++at] as number;
        if (octet === CR) break;
      }
      const stop = Math.min(at + SHORT, last);
      while (octet !== CR && octet !== LF && at < stop) {
        octets[length++] = octet;
        octet = chunk[++at] as number;
      }
      if (octet !== CR || chunk[at + 1] !== LF) break;
      octets[length++] = CR;
      octets[length++] = LF;
      this.#length = length;
      at += 2;
      line = at;
    }
    return line;
  }
}

/** The start of the first line that is not whole, or begins with a dot. */
function skipLines(chunk: Buffer, from: number): number {
  const { length } = chunk;
  let line = from;
  while (line < length && chunk[line] !== DOT) {
    const stop = Math.min(line + NEAR, length);
    let at = line;
    while (at < stop && (chunk[at] as number) > CR) at++;
    if (chunk[at] !== CR) {
      const beyond = at;
      at = chunk.indexOf(LF, beyond) - 1;
      if (at < beyond || chunk.indexOf(CR, beyond) !== at) break;
    } else if (chunk[at + 1] !== LF) break;
    line = at + 2;
  }
  return line;
}

/** The index of a CR or LF within a few octets, or the end of these. */
function plainUntil(chunk: Buffer, from: number): number {
  const until = Math.min(from + NEAR, chunk.length);
  let at = from;
  while (at < until && chunk[at] !== CR && chunk[at] !== LF) at++;
  return at;
}

type State = 0 | 1 | 2 | 3 | 4 | 5;
const LINE_START = 0;
const TEXT = 1;
/** The line so far is a dot, which is never content. In this state and those above it, any octet may follow. */
const DOT_ONLY = 2;
const AFTER_CR = 3;
const DOT_CR = 4;
const ENDED = 5;

const DOT = 0x2e;
const CR = 0x0d;
const LF = 0x0a;
const NOTHING = Buffer.alloc(0);

const LONE_CR = Buffer.of(CR);

/** The longest line, in octets, that is copied octet by octet: a native call costs as much. */
const SHORT = 96;

/** How many octets are checked one by one before a native search for the line end, which costs as much. */
const NEAR = 24;

function indexOrEnd(chunk: Buffer, octet: number, from: number): number {
  const index = chunk.indexOf(octet, from);
  return index === -1 ? chunk.length : index;
}
