import type { DataRead, DataReader } from "../data-reader.ts";

/** Why a command line cannot be read. */
export type LineFault = "a bare CR" | "a bare LF" | "a NUL" | "too long" | "not UTF-8" | "TLS";

/** A command line without its line end, or the reason why it cannot be read. */
export type Line =
  | { readonly text: string; readonly fault?: undefined }
  | { readonly fault: LineFault; readonly text?: undefined };

/** How {@link Input} reads lines. */
export interface InputOptions {
  /** The longest line, in bytes with its end. */
  readonly maxLineLength: number;
  /** Lets a bare LF end a line; bare CR and NUL make the line unreadable, no more. */
  readonly lenient: boolean;
}

/**
 * The bytes that a client has sent and that were not read yet. Lines and mail data are taken from one buffer, so the
 * result does not depend on how the bytes were split. It holds at most the last chunk and one unfinished line.
 */
export class Input {
  readonly #options: InputOptions;
  #octets: Buffer = EMPTY;
  #at = 0;
  /** Up to this position there is no LF. */
  #searched = 0;

  constructor(options: InputOptions) {
    this.#options = options;
  }

  /** Whether there are unread bytes. */
  get pending(): boolean {
    return this.#at < this.#octets.length;
  }

  /** Takes in what has arrived. */
  push(chunk: Buffer): void {
    const left = this.#octets.length - this.#at;
    this.#octets = left === 0 ? chunk : joined(this.#octets.subarray(this.#at), chunk);
    this.#at = 0;
    this.#searched = left;
  }

  /** Forgets everything. */
  clear(): void {
    this.#octets = EMPTY;
    this.#at = 0;
    this.#searched = 0;
  }

  /** The first unread bytes. */
  peek(octets: number): string {
    return this.#octets.toString("latin1", this.#at, this.#at + octets);
  }

  /** Takes the next line; `undefined` if it has not arrived. A line with a fault is taken up to its end. */
  line(): Line | undefined {
    const { maxLineLength, lenient } = this.#options;
    const start = this.#at;
    if (!this.pending) return this.#nothing();
    if (this.#octets[start] === TLS_HANDSHAKE) return { fault: "TLS" };
    const lf = this.#octets.indexOf(LF, Math.max(this.#searched, start));
    const end = lf === -1 ? this.#octets.length : lf + 1;
    if (end - start > maxLineLength) return { fault: "too long" };
    this.#searched = end;
    if (lf === -1) return undefined;
    this.#at = end;
    const crlf = lf > start && this.#octets[lf - 1] === CR;
    const stop = crlf ? lf - 1 : lf;
    let text = this.#octets.toString("latin1", start, stop);
    if (/[\0\r\x80-\xff]/.test(text)) {
      if (text.includes("\0")) return { fault: "a NUL" };
      if (text.includes("\r")) return { fault: "a bare CR" };
      text = this.#octets.toString("utf8", start, stop);
      if (text.includes("\ufffd")) return { fault: "not UTF-8" };
    }
    return crlf || lenient ? { text } : { fault: "a bare LF" };
  }

  /** Takes at most `most` bytes; `undefined` if nothing has arrived. */
  take(most: number): Buffer | undefined {
    if (!this.pending) return this.#nothing();
    const taken = this.#octets.subarray(this.#at, this.#at + most);
    this.#at += taken.length;
    this.#searched = this.#at;
    return taken;
  }

  /** Takes mail data; `undefined` if nothing has arrived. */
  data(reader: DataReader): DataRead | undefined {
    if (!this.pending) return this.#nothing();
    const read = reader.read(this.#octets, this.#at);
    this.#at = read.end ?? this.#octets.length;
    this.#searched = this.#at;
    return read;
  }

  /** Releases the last chunk, because the client may send nothing for a long time. */
  #nothing(): undefined {
    this.clear();
    return undefined;
  }
}

/**
 * In memory of its own: a slice of Node's pool would keep all of the pool, 64 KiB from Node 24 on, for an unfinished
 * line.
 */
function joined(left: Buffer, chunk: Buffer): Buffer {
  const octets = Buffer.allocUnsafeSlow(left.length + chunk.length);
  left.copy(octets);
  chunk.copy(octets, left.length);
  return octets;
}

const EMPTY = Buffer.alloc(0);
const CR = 0x0d;
const LF = 0x0a;

/** The first byte of a TLS handshake; no command begins with it. */
const TLS_HANDSHAKE = 0x16;
