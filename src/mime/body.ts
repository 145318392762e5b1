import { isAscii } from "node:buffer";
import {
  base64Lines,
  base64LinesLength,
  decodeBase64Lines,
  encodeBase64Lines,
  streamBase64Lines,
} from "../text/base64.ts";
import { hasSafeEdges, hasWholeLines, toCrlf } from "../text/lines.ts";
import type { Charset } from "./charset.ts";
import { MessageError, wrongField } from "./message-error.ts";
import { bearsEightBit, type Way } from "./part.ts";
import { encodeQuotedPrintable, quotedPrintableRoom } from "./quoted-printable.ts";
import type { TransferEncoding } from "./transfer-encoding.ts";

/** A body as it is sent. */
export interface EncodedBody {
  readonly encoding: TransferEncoding;
  /** Text where it is ASCII and goes as it is. */
  readonly content: string | Buffer | (() => AsyncIterable<Buffer>);
  /** The media type that this encoding asks for, where it is not that of the part. */
  readonly essence?: string;
}

/** A body of which the encoding shows only when it is read. */
export interface LateBody {
  /** Whether an octet above 127 may be in it. */
  readonly eightBit: boolean;
  /** The octets, and in front of them what `head` makes of the encoding and of the type that it asks for. */
  readonly late: (head: (as: Pick<EncodedBody, "encoding" | "essence">) => string) => AsyncIterable<Buffer>;
}

/** A body, and how it is sent on each way. */
export interface Body {
  encode(way: Way): EncodedBody | LateBody;
  /** What is encoded; absent if it is not in memory. */
  readonly octets?: () => Buffer;
  /** Reads it into memory; absent if it is there. */
  readonly load?: () => Promise<Body>;
}

/**
 * The body of a text: its line ends become CRLF, its characters stay. Sent as it is if it travels unencoded, else as
 * quoted-printable or base64, whichever is shorter. What is no lines, because one is too long or holds a bare CR or
 * NUL, goes as it is where the way is binary; white space at the end of a line alone is not worth asking that of a
 * server.
 *
 * @param flow makes lines of format=flowed of the lines: spaces at their ends then travel unencoded
 * @throws MessageError if the text holds half of a surrogate pair or a character that the charset lacks.
 */
export function textBody(
  text: string,
  charset: Charset | undefined,
  field: string,
  flow?: (lines: string) => string,
): Body {
  if (typeof text !== "string") throw wrongField(field, "a string", text);
  const given = toCrlf(text);
  const lines = flow === undefined ? given : flow(given);
  const flowed = flow !== undefined;
  if (charset !== undefined) {
    const octets = inCharset(lines, text, charset, field);
    return textOctetsBody(octets, octets.toString("latin1"), isAscii(octets), 1, flowed);
  }
  if (!beyondAscii.test(lines)) return textOctetsBody(lines, lines, true, 1, flowed);
  return textOctetsBody(utf8(lines, text, field), lines, false, 3, flowed);
}

const beyondAscii = /[^\0-\x7f]/;

/**
 * @param octets a string if it is its own octets
 * @param lines the same as text
 */
function textOctetsBody(
  octets: Buffer | string,
  lines: string,
  ascii: boolean,
  octetsPerUnit: 1 | 3,
  flowed: boolean,
): Body {
  const inMemory = { octets: (): Buffer => (typeof octets === "string" ? Buffer.from(octets) : octets) };
  const fitness = once(() => fit(lines, octetsPerUnit, flowed));
  if (ascii && !flowed && fitness() === "as it is")
    return { ...always({ encoding: "7bit", content: octets }), ...inMemory };
  const encode = once(() => {
    const all = inMemory.octets();
    return shorter(all, octetsPerUnit === 1 ? 0 : all.length - lines.length);
  });
  // What is signed must not depend on spaces that the way may strip.
  const signed = once(() => (flowed ? fit(lines, octetsPerUnit, false) : fitness()));
  return {
    encode: (way) => {
      // The lines are looked at last: what is not ASCII must be encoded on most ways, whatever its lines are like.
      if (ascii || bearsEightBit(way)) {
        if ((way === "signed" ? signed() : fitness()) === "as it is")
          return { encoding: ascii ? "7bit" : "8bit", content: octets };
        if (way === "binary" && fitness() === "no lines") return { encoding: "binary", content: octets };
      }
      return encode();
    },
    ...inMemory,
  };
}

/** The body of octets that must arrive as they are: base64, unless the way is binary. */
export function octetsBody(octets: Uint8Array): Body {
  return base64Body({ encoding: "base64", content: encodeBase64Lines(octets) });
}

/** A body of which the copy in base64 is kept; the octets are made of it when a way first bears them. */
export function base64Body(body: EncodedBody & { readonly content: Buffer }): Body {
  const octets = (): Buffer => decodeBase64Lines(body.content);
  const binary = once((): EncodedBody => ({ ...body, encoding: "binary", content: octets() }));
  return { encode: (way) => (way === "binary" ? binary() : body), octets };
}

/** A body that is read when it is sent, afresh each time. */
export function streamBody(open: () => AsyncIterable<Uint8Array>): Body {
  const content = (): AsyncGenerator<Buffer> => streamBase64Lines(open());
  const encoded: EncodedBody = { encoding: "base64", content };
  const binary: EncodedBody = { encoding: "binary", content: () => copies(open()) };
  const load = async (): Promise<Body> =>
    base64Body({ encoding: "base64", content: await gathered(content()) });
  return { encode: (way) => (way === "binary" ? binary : encoded), load };
}

/** All of a stream. */
export async function gathered(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
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
function fit(text: string, octetsPerUnit: 1 | 3, flowed: boolean): "as it is" | "changed" | "no lines" {
  if (!hasWholeLines(text, octetsPerUnit)) return "no lines";
  return hasSafeEdges(text, flowed) ? "as it is" : "changed";
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/**
 * Quoted-printable, which is legible, unless base64 is shorter.
 *
 * @param surplus how many octets of UTF-8 there are more than UTF-16 units
 */
function shorter(octets: Buffer, surplus: number): EncodedBody {
  const { length } = octets;
  const limit = base64LinesLength(length);
  // For each of the surplus there are at least 1.5 octets beyond ASCII, and each of these takes two octets more.
  const hopeless = length + 3 * surplus > limit;
  if (limit > smallAtMost) {
    const quoted = hopeless ? undefined : encodeQuotedPrintable(octets, limit);
    return quoted === undefined
      ? { encoding: "base64", content: encodeBase64Lines(octets) }
      : { encoding: "quoted-printable", content: quoted };
  }
  // What is small becomes text, which is joined with the headers without a buffer for each part.
  scratch ??= Buffer.allocUnsafeSlow(quotedPrintableRoom(smallAtMost));
  const quoted = hopeless ? undefined : encodeQuotedPrintable(octets, limit, scratch);
  return quoted === undefined
    ? { encoding: "base64", content: base64Lines(octets) }
    : { encoding: "quoted-printable", content: quoted.toString("latin1") };
}

/** The most octets of a body that is encoded as text. */
const smallAtMost = 32_768;
let scratch: Buffer | undefined;

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
