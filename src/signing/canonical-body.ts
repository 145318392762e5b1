import { createHash, type Hash } from "node:crypto";
import type { Canonicalization } from "./canonicalization.ts";

/** What is looked at as text at a time, so that memory does not grow with the body. */
const slice = 65_536;

/**
 * The SHA-256 of a body in canonical form (RFC 6376 sections 3.4.3 and 3.4.4), taken in pieces of any size.
 *
 * Empty lines at the end count for nothing, so white space and line ends are held back until something follows; what
 * is held is their number.
 */
export class BodyHash {
  readonly #relaxed: boolean;
  readonly #hash: Hash = createHash("sha256");
  #length = 0;
  /** Whether the last line that counts has no line end yet. */
  #open = false;
  /** Line ends behind it that count if something follows. */
  #breaks = 0;
  /** White space behind them, and a CR of which the LF may follow. */
  #held: "" | " " | "\r" | " \r" = "";
  /** The lengths of the beginnings to hash that have not been reached; the shortest is the last. */
  readonly #lengths: number[];
  readonly #beginnings: Map<number, string> = new Map();

  /** @param lengths those of beginnings to hash besides the whole: the values of `l=` */
  constructor(canonicalization: Canonicalization, lengths: Iterable<number> = []) {
    this.#relaxed = canonicalization === "relaxed";
    this.#lengths = [...new Set(lengths)].sort((one, other) => other - one);
  }

  /** How many octets the canonical body has; to be asked for when it is whole. */
  get length(): number {
    return this.#length;
  }

  update(octets: Buffer): void {
    if (octets.length <= slice) this.#take(octets);
    else for (let at = 0; at < octets.length; at += slice) this.#take(octets.subarray(at, at + slice));
  }

  /** The hash in base64. Called once, at the end. */
  digest(): string {
    if (this.#held.endsWith("\r")) this.#add(Buffer.from(this.#held), true);
    if (this.#open || (this.#length === 0 && !this.#relaxed)) this.#write(lineEnd);
    if (this.#lengths.at(-1) === 0) this.#write(Buffer.alloc(0));
    return this.#hash.digest("base64");
  }

  /** The hash of a beginning of this length, in base64, or `undefined` if the body is shorter. For after `digest`. */
  digestOf(length: number): string | undefined {
    return this.#beginnings.get(length);
  }

  #take(piece: Buffer): void {
    const octets = this.#held === "" ? piece : Buffer.concat([Buffer.from(this.#held), piece]);
    let end = this.#contentEnd(octets);
    if (end > 0) {
      // The end of a line that counts does count.
      const ended = octets[end] === CR && octets[end + 1] === LF;
      if (ended) end += 2;
      this.#add(end === octets.length ? octets : octets.subarray(0, end), !ended);
    }
    this.#hold(octets, end);
  }

  /** Where the white space and line ends begin that end the octets. */
  #contentEnd(octets: Buffer): number {
    const { length } = octets;
    const end = octets[length - 1] === CR ? length - 1 : length;
    return this.#relaxed ? blankStart(octets, end) : lineEndsStart(octets, end);
  }

  #hold(octets: Buffer, end: number): void {
    const cr = octets.length > end && octets[octets.length - 1] === CR;
    const { count, last } = this.#lineEnds(octets, end, octets.length - (cr ? 1 : 0));
    if (count > 0) {
      if (this.#open) this.#write(lineEnd);
      this.#breaks += this.#open ? count - 1 : count;
      this.#open = false;
    }
    const space = octets.length - (cr ? 1 : 0) > last;
    this.#held = cr ? (space ? " \r" : "\r") : space ? " " : "";
  }

  /** How many line ends are among white space, and the index behind the last. */
  #lineEnds(octets: Buffer, start: number, end: number): { count: number; last: number } {
    // Without white space there is nothing else.
    if (!this.#relaxed) return { count: (end - start) >> 1, last: end };
    const last = octets.subarray(start, end).lastIndexOf(LF) + 1 + start;
    let count = 0;
    for (let at = start; at < last; ) {
      if (octets[at] === LF) count++;
      at++;
    }
    return { count, last };
  }

  /** Adds what counts, and the line ends before it. */
  #add(content: Buffer, open: boolean): void {
    for (; this.#breaks > 0; this.#breaks -= Math.min(this.#breaks, lineEnds.length / 2)) {
      this.#write(lineEnds.subarray(0, this.#breaks * 2));
    }
    this.#write(this.#relaxed ? relaxed(content) : content);
    this.#open = open;
  }

  #write(octets: Buffer): void {
    const next = this.#lengths.at(-1);
    if (next !== undefined && next <= this.#length + octets.length) {
      const rest = this.#writeBeginning(octets, next);
      this.#write(rest);
      return;
    }
    this.#length += octets.length;
    this.#hash.update(octets);
  }

  #writeBeginning(octets: Buffer, length: number): Buffer {
    const missing = length - this.#length;
    this.#hash.update(octets.subarray(0, missing));
    this.#length = length;
    this.#beginnings.set(length, this.#hash.copy().digest("base64"));
    this.#lengths.pop();
    return octets.subarray(missing);
  }
}

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const TAB = 0x09;
const lineEnd: Buffer = Buffer.from("\r\n");
const lineEnds: Buffer = Buffer.from("\r\n".repeat(8192));

/** Where the line ends begin that end the octets. Most are compared by the block. */
function lineEndsStart(octets: Buffer, from: number): number {
  let end = from;
  while (end >= block && octets.compare(lineEnds, 0, block, end - block, end) === 0) end -= block;
  while (octets[end - 1] === LF && octets[end - 2] === CR) end -= 2;
  return end;
}

const block = 1024;

/** Where the white space and line ends begin that end the octets. */
function blankStart(octets: Uint8Array, from: number): number {
  let end = from;
  while (end > 0) {
    const last = octets[end - 1];
    if (last === SP || last === TAB) end--;
    else if (last === LF && octets[end - 2] === CR) end -= 2;
    else break;
  }
  return end;
}

/** White space to one space, and none at the ends of lines: for content that ends in no white space. */
function relaxed(content: Buffer): Buffer {
  const hasTabs = content.includes(TAB);
  if (!hasTabs && !content.includes(SP)) return content;
  // Most bodies are so already, and are not copied.
  if (!hasTabs && !/ [ \r]/.test(content.toString("latin1"))) return content;
  if (scratch.length < content.length) scratch = Buffer.allocUnsafeSlow(content.length);
  return scratch.subarray(0, reduce(content, scratch));
}

/** Writes the content into the target, and returns how many octets that are. */
function reduce(content: Uint8Array, target: Uint8Array): number {
  const { length } = content;
  let written = 0;
  let space = false;
  for (let at = 0; at < length; at++) {
    const octet = content[at] as number;
    if (octet === SP || octet === TAB) {
      space = true;
      continue;
    }
    if (space) {
      space = false;
      if (octet !== CR || content[at + 1] !== LF) target[written++] = SP;
    }
    target[written++] = octet;
  }
  return written;
}

/** The same memory each time: it is used only until it is hashed. */
let scratch: Buffer = Buffer.alloc(0);
