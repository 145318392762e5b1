import type { Header } from "./header.ts";

/** What the way to the next server bears. */
export interface EncodingConstraint {
  /** Octets above 127 pass: the server offers 8BITMIME (RFC 6152). */
  readonly eightBit: boolean;
  /** Any octets pass, in lines or not: the server offers BINARYMIME (RFC 3030). More than `eightBit`. */
  readonly binary?: boolean;
  /**
   * What is signed: 7-bit, and in such a form that nothing on the way has a reason to change it (RFC 1847, RFC 3156 5).
   */
  readonly signed?: boolean;
}

/** The same in a word: what a body may be on the way. */
export type Way = "7bit" | "8bit" | "binary" | "signed";

/** Text of headers and delimiters, octets of a body, or a body that is read when it is sent. */
export type Piece = string | Buffer | (() => AsyncIterable<Buffer>);

/** A part ready to be put into a message: its headers, and its body in the order it is sent. */
export interface EncodedPart {
  readonly headers: readonly Header[];
  /** Shared between messages: not to be written to. */
  readonly body: readonly Piece[];
  /** Whether an octet above 127 may be in the body. */
  readonly eightBit: boolean;
  /** Whether the body may be no lines at all; then `eightBit` is true as well. */
  readonly binary: boolean;
  /**
   * Whether the body begins with further headers and the empty line behind them, because what they say must be read
   * first.
   */
  readonly late?: boolean;
}

/** A node of the MIME tree: a SinglePart or a MultiPart. */
export interface Part {
  /** The media type without parameters, such as `text/html`. */
  readonly type: string;
  /** How many multiparts lie one in the other here; 0 for a single part. */
  readonly depth: number;
  /** The part as it is sent. The answer is kept, so that messages which share a part share its octets. */
  encode(constraint: EncodingConstraint): EncodedPart;
}

/** The way that bears so much. */
export function wayOf({ eightBit, binary = false, signed = false }: EncodingConstraint): Way {
  if (signed) return "signed";
  if (binary) return "binary";
  return eightBit ? "8bit" : "7bit";
}

/** Whether octets above 127 pass. */
export function bearsEightBit(way: Way): boolean {
  return way === "8bit" || way === "binary";
}

/** The headers of a part as one text, with the empty line that ends them unless the body brings it. */
export function headText({ headers, late = false }: Pick<EncodedPart, "headers" | "late">): string {
  let text = "";
  for (const header of headers) text += header.lines;
  return late ? text : `${text}\r\n`;
}
