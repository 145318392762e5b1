import { isAscii } from "node:buffer";
import {
  base64LinesLength,
  decodeBase64Lines,
  encodeBase64Lines,
  streamBase64Lines,
} from "../text/base64.ts";
import { hasSafeEdges, hasWholeLines, toCrlf } from "../text/lines.ts";
import type { Charset } from "./charset.ts";
import { MessageError } from "./message-error.ts";
import type { Way } from "./part.ts";
import { encodeQuotedPrintable } from "./quoted-printable.ts";

/** How the octets of a body are written (RFC 2045 section 6). */
export type TransferEncoding = Way | "quoted-printable" | "base64";

/** A body as it is sent. */
export interface EncodedBody {
  readonly encoding: TransferEncoding;
  /** Text where it is ASCII and goes as it is. */
  readonly content: string | Buffer | (() => AsyncIterable<Buffer>);
  /** The media type that this encoding asks for, where it is not that of the part. */
  readonly essence?: string;
}

/** A body, and how it is sent on each way. */
export interface Body {
  encode(way: Way): EncodedBody;
}

/**
 * The body of a text: its line ends become CRLF, its characters stay. Sent as it is if it travels unencoded, else as
 * quoted-printable or base64, whichever is shorter. What is no lines, because one is too long or holds a bare CR or NUL,
 * goes as it is where the way is binary; white space at the end of a line alone is not worth asking that of a server.
 *
 * @throws MessageError if the text holds half of a surrogate pair or a character that the charset lacks.
 */
export function textBody(text: string, charset: Charset | undefined, field: string): Body {
  if (typeof text !== "string") throw new MessageError(`${field}: a string is expected`, { field });
  const lines = toCrlf(text);
  if (charset === undefined && Buffer.byteLength(lines) === lines.length) return asciiBody(lines);
  const octets = charset === undefined ? utf8(lines, text, field) : inCharset(lines, text, charset, field);
  const fitness = once(() => (charset === undefined ? fit(lines, 3) : fit(octets.toString("latin1"), 1)));
  const encode = once(() => shorter(octets));
  if (isAscii(octets) && fitness() === "as it is") return always({ encoding: "7bit", content: octets });
  return {
    encode: (way) => {
      if (way === "7bit") return encode();
      if (fitness() === "as it is") return { encoding: "8bit", content: octets };
      return way === "binary" && fitness() === "no lines"
        ? { encoding: "binary", content: octets }
        : encode();
    },
  };
}

/** Text that is its own octets. */
function asciiBody(lines: string): Body {
  const fitness = fit(lines, 1);
  if (fitness === "as it is") return always({ encoding: "7bit", content: lines });
  const encode = once(() => shorter(Buffer.from(lines, "latin1")));
  if (fitness === "changed") return { encode };
  return { encode: (way) => (way === "binary" ? { encoding: "binary", content: lines } : encode()) };
}

/** The body of octets that must arrive as they are: base64, unless the way is binary. */
export function octetsBody(octets: Uint8Array): Body {
  return base64Body({ encoding: "base64", content: encodeBase64Lines(octets) });
}

/** A body of which the copy in base64 is kept; the octets are made of it when a way first bears them. */
export function base64Body(body: EncodedBody & { readonly content: Buffer }): Body {
  const binary = once(
    (): EncodedBody => ({
      ...body,
      encoding: "binary",
      content: decodeBase64Lines(body.content),
    }),
  );
  return { encode: (way) => (way === "binary" ? binary() : body) };
}

/** A body that is read when it is sent, afresh each time. */
export function streamBody(open: () => AsyncIterable<Uint8Array>): Body {
  const encoded: EncodedBody = { encoding: "base64", content: () => streamBase64Lines(open()) };
  const binary: EncodedBody = { encoding: "binary", content: () => copies(open()) };
  return { encode: (way) => (way === "binary" ? binary : encoded) };
}

/** Copies, because a source may reuse the memory of its chunk. */
async function* copies(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of source) if (chunk.length > 0) yield Buffer.from(chunk);
}

/** A body that is sent in one way only. */
export function always(body: EncodedBody): Body {
  return { encode: () => body };
}

/** How the text would fare unencoded: a relay may change it, or it is nothing that travels in lines. */
function fit(text: string, octetsPerUnit: 1 | 3): "as it is" | "changed" | "no lines" {
  if (!hasWholeLines(text, octetsPerUnit)) return "no lines";
  return hasSafeEdges(text) ? "as it is" : "changed";
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
