import type { FindingRule } from "./finding.ts";

/** Looks at the content of one message as it is on the wire, piece by piece, in bounded memory. */
export class ContentInspector {
  readonly #report: (rule: FindingRule) => void;
  /** A line that has no end yet. */
  #rest = "";
  #restTooLong = false;
  #inHeader = true;
  #ended = false;
  /** Octets without doubled dots and the end: what SIZE counts. */
  size = 0;
  /** Whether there are octets above 127 in the header section. */
  has8bitHeader = false;
  /** Whether there are behind it. */
  has8bitBody = false;

  constructor(report: (rule: FindingRule) => void) {
    this.#report = report;
  }

  /** Looks at a piece; `dotted`: as DATA has it, with a dot at the end and before dots. */
  push(octets: Buffer, dotted: boolean): void {
    const piece = octets.toString("latin1");
    if (piece.includes("\0")) this.#report("nul");
    const text = this.#rest + piece;
    const lines = text.split("\r\n");
    const rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line, dotted);
    this.#rest = rest;
    if (rest.length <= MOST) return;
    // Whatever it is, it is too long: enough of it has been seen.
    this.#check(rest, 0);
    const carried = rest.endsWith("\r") ? "\r" : "";
    this.size += rest.length - carried.length;
    this.#rest = carried;
    this.#restTooLong = true;
  }

  /** The message is over. */
  end(): void {
    if (this.#rest === "") return;
    this.#check(this.#rest, 0);
    this.size += this.#rest.length;
  }

  #line(line: string, dotted: boolean): void {
    if (this.#ended) return;
    const stuffed = dotted && !this.#restTooLong && line.startsWith(".") ? 1 : 0;
    if (stuffed === 1 && line.length === 1) {
      this.#ended = true;
      return;
    }
    if (stuffed === 1 && !line.startsWith("..")) this.#report("dot-unstuffed");
    this.#check(line, stuffed);
    this.size += line.length - stuffed + 2;
    this.#restTooLong = false;
    if (line === "") this.#inHeader = false;
  }

  #check(line: string, stuffed: number): void {
    if (this.#restTooLong || line.length - stuffed > 998) this.#report("line-too-long");
    if (line.includes("\n")) this.#report("bare-lf");
    if (line.includes("\r")) this.#report("bare-cr");
    if (!/[\x80-\xff]/.test(line)) return;
    if (this.#inHeader) this.has8bitHeader = true;
    else this.has8bitBody = true;
  }
}

/** So much of a line is kept until its end comes. */
const MOST = 4096;
