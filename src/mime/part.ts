import type { Header } from "./header.ts";

/** What the next server accepts. */
export interface EncodingConstraint {
  /** Whether octets above 127 are allowed: the server offers 8BITMIME (RFC 6152). */
  readonly eightBit: boolean;
  /** Whether any octets are allowed, in lines or not: the server offers BINARYMIME (RFC 3030). Implies `eightBit`. */
  readonly binary?: boolean;
  /**
   * Whether the content is signed: 7-bit, in a form that no server has a reason to change (RFC 1847, RFC 3156 5).
   */
  readonly signed?: boolean;
}

/** The constraint as one word. */
export type Way = "7bit" | "8bit" | "binary" | "signed";

/** Text or octets of headers, delimiters and bodies, or a body that is read when it is sent. */
export type Piece = string | Buffer | (() => AsyncIterable<Buffer>);

/** A part as it is sent: its headers, and the pieces of its body in order. */
export interface EncodedPart {
  readonly headers: readonly Header[];
  /** Shared between messages: must not be written to. */
  readonly body: readonly Piece[];
  /** Whether the body may have octets above 127. */
  readonly eightBit: boolean;
  /** Whether the body may lack line structure; `eightBit` is then true too. */
  readonly binary: boolean;
  /**
   * Whether the body begins with further headers and an empty line, because these headers depend on content that must
   * be read first.
   */
  readonly late?: boolean;
}

/** A node of the MIME tree: a SinglePart or a MultiPart. */
export interface Part {
  /** The media type without parameters, such as `text/html`. */
  readonly type: string;
  /** The depth of nested multiparts; 0 for a single part. */
  readonly depth: number;
  /** Returns the part as it is sent. The result is cached, so that messages that share a part share its octets. */
  encode(constraint: EncodingConstraint): EncodedPart;
}

/** The word for a constraint. */
export function wayOf({ eightBit, binary = false, signed = false }: EncodingConstraint): Way {
  if (signed) return "signed";
  if (binary) return "binary";
  return eightBit ? "8bit" : "7bit";
}

/** Whether octets above 127 are allowed. */
export function bearsEightBit(way: Way): boolean {
  return way === "8bit" || way === "binary";
}

/** The headers of a part as text, with the empty line at their end unless the body contains it. */
export function headText({ headers, late = false }: Pick<EncodedPart, "headers" | "late">): string {
  let text = "";
  for (const header of headers) text += header.lines;
  return late ? text : `${text}\r\n`;
}
