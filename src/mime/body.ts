import { isAscii } from "node:buffer";
import { base64LinesLength, encodeBase64Lines, streamBase64Lines } from "../text/base64.ts";
import { hasSafeEdges, hasWholeLines, toCrlf } from "../text/lines.ts";
import type { Charset } from "./charset.ts";
import { MessageError } from "./message-error.ts";
import { encodeQuotedPrintable } from "./quoted-printable.ts";

/** How the octets of a body are written (RFC 2045 section 6). */
export type TransferEncoding = "7bit" | "8bit" | "quoted-printable" | "base64";

/** A body as it is sent. */
export interface EncodedBody {
  readonly encoding: TransferEncoding;
  /** Text where it is ASCII and goes as it is. */
  readonly content: string | Buffer | (() => AsyncIterable<Buffer>);
  /** The media type that this encoding asks for, where it is not that of the part. */
  readonly essence?: string;
}

/** A body, and the way it is sent with and without octets above 127. */
export interface Body {
  encode(eightBit: boolean): EncodedBody;
}

/**
 * The body of a text: its line ends become CRLF, its characters stay. Sent as it is if it travels unencoded, else as
 * quoted-printable or base64, whichever is shorter.
 *
 * @throws MessageError if the text holds half of a surrogate pair or a character that the charset lacks.
 */
export function textBody(text: string, charset: Charset | undefined, field: string): Body {
  if (typeof text !== "string") throw new MessageError(`${field}: a string is expected`, { field });
  const lines = toCrlf(text);
  if (charset === undefined && Buffer.byteLength(lines) === lines.length) return asciiBody(lines);
  const octets = charset === undefined ? utf8(lines, text, field) : inCharset(lines, text, charset, field);
  const asIs = once(() =>
    charset === undefined ? arrivesAsIs(lines, 3) : arrivesAsIs(octets.toString("latin1"), 1),
  );
  const encode = once(() => shorter(octets));
  if (isAscii(octets)) return asIs() ? always({ encoding: "7bit", content: octets }) : { encode };
  return { encode: (eightBit) => (eightBit && asIs() ? { encoding: "8bit", content: octets } : encode()) };
}

/** Text that is its own octets. */
function asciiBody(lines: string): Body {
  if (arrivesAsIs(lines, 1)) return always({ encoding: "7bit", content: lines });
  return { encode: once(() => shorter(Buffer.from(lines, "latin1"))) };
}

/** The body of octets that must arrive as they are: base64. What is kept is the encoded copy. */
export function octetsBody(octets: Uint8Array): Body {
  return always({ encoding: "base64", content: encodeBase64Lines(octets) });
}

/** A body that is read when it is sent, afresh each time. */
export function streamBody(open: () => AsyncIterable<Uint8Array>): Body {
  return always({ encoding: "base64", content: () => streamBase64Lines(open()) });
}

/** A body that is sent in one way only. */
export function always(body: EncodedBody): Body {
  return { encode: () => body };
}

function arrivesAsIs(text: string, octetsPerUnit: 1 | 3): boolean {
  return hasWholeLines(text, octetsPerUnit) && hasSafeEdges(text);
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Quoted-printable, which is legible, unless base64 is shorter. */
function shorter(octets: Buffer): EncodedBody {
  const quoted = encodeQuotedPrintable(octets, base64LinesLength(octets.length));
  return quoted === undefined
    ? { encoding: "base64", content: encodeBase64Lines(octets) }
    : { encoding: "quoted-printable", content: quoted };
}

/** The text as it was given is tried too, because an error names a position in it. */
function inCharset(lines: string, text: string, charset: Charset, field: string): Buffer {
  refuseHalves(text, field);
  const octets = charset.encode(text, field);
  return lines === text ? octets : charset.encode(lines, field);
}

/** What the encoder writes for half of a surrogate pair; it may also have been there. */
const replacement = Buffer.from("\ufffd");

function utf8(lines: string, text: string, field: string): Buffer {
  const octets = Buffer.from(lines, "utf8");
  if (octets.length > lines.length && octets.includes(replacement)) refuseHalves(text, field);
  return octets;
}

function refuseHalves(text: string, field: string): void {
  const position = text.search(/\p{Surrogate}/u);
  if (position < 0) return;
  throw new MessageError(`${field}: half of a surrogate pair at position ${position} is not a character`, {
    field,
    position,
  });
}
