import { maxLineOctets } from "../../text/lines.ts";
import type { FindingRule } from "./finding.ts";

/** Inspects the content of one message as it is sent, byte by byte, without storing it. */
export class ContentInspector {
  readonly #report: (rule: FindingRule) => void;
  /** The current line: its length in bytes without its end, and its beginning. */
  #length = 0;
  #dots = 0;
  /** Whether the last byte was a CR, which may be part of a line end. */
  #cr = false;
  #inHeader = true;
  #ended = false;
  /** Octets without doubled dots and the final dot, as SIZE counts them. */
  size = 0;
  /** Whether there are bytes above 127 in the header section. */
  has8bitHeader = false;
  /** Whether there are bytes above 127 after the header section. */
  has8bitBody = false;

  constructor(report: (rule: FindingRule) => void) {
    this.#report = report;
  }

  /** Inspects a piece. `dotted`: it was sent by DATA, with a final dot and doubled dots. */
  push(octets: Buffer, dotted: boolean): void {
    for (let at = 0; at < octets.length && !this.#ended; at++) {
      const octet = octets[at] as number;
      if (octet === LF && this.#cr) {
        this.#cr = false;
        this.#line(dotted);
        continue;
      }
      if (this.#cr) this.#bareCr();
      if (octet === CR) this.#cr = true;
      else this.#octet(octet);
      // Most bytes are ordinary parts of their line.
      if (this.#length > 2 && !this.#cr) {
        const end = plainUntil(octets, at + 1);
        this.#length += end - at - 1;
        at = end - 1;
      }
    }
  }

  /** The message ends. */
  end(): void {
    if (this.#ended) return;
    if (this.#cr) this.#bareCr();
    if (this.#length > maxLineOctets) this.#report("line-too-long");
    this.size += this.#length;
    this.#length = 0;
  }

  #octet(octet: number): void {
    if (octet === DOT && this.#dots === this.#length && this.#dots < 2) this.#dots++;
    this.#length++;
    if (octet >= 0x80) {
      if (this.#inHeader) this.has8bitHeader = true;
      else this.has8bitBody = true;
    } else if (octet === LF) this.#report("bare-lf");
    else if (octet === 0) this.#report("nul");
  }

  #bareCr(): void {
    this.#cr = false;
    this.#length++;
    this.#report("bare-cr");
  }

  #line(dotted: boolean): void {
    const stuffed = dotted && this.#dots > 0 ? 1 : 0;
    if (stuffed === 1 && this.#length === 1) {
      this.#ended = true;
      return;
    }
    if (stuffed === 1 && this.#dots === 1) this.#report("dot-unstuffed");
    const length = this.#length - stuffed;
    if (length > maxLineOctets) this.#report("line-too-long");
    if (this.#length === 0) this.#inHeader = false;
    this.size += length + 2;
    this.#length = 0;
    this.#dots = 0;
  }
}

/** The end of the printable ASCII that begins at `at`. */
function plainUntil(octets: Buffer, at: number): number {
  let end = at;
  while (end < octets.length && (octets[end] as number) >= 0x20 && (octets[end] as number) < 0x80) end++;
  return end;
}

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
