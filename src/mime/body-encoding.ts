import { isAscii } from "node:buffer";
import {
  base64Lines,
  base64LinesLength,
  decodeBase64Lines,
  encodeBase64Lines,
  streamBase64Lines,
} from "../text/base64.ts";
import { hasSafeEdges, isAsciiText, type Lines, toCrlf, toLines } from "../text/lines.ts";
import { encodeUtf8 } from "../text/utf8.ts";
import type { Charset } from "./charset.ts";
import { MessageError, wrongField } from "./message-error.ts";
import { bearsEightBit, type Way } from "./part.ts";
import { encodeQuotedPrintable, quotedPrintableRoom } from "./quoted-printable.ts";
import type { TransferEncoding } from "./transfer-encoding-header.ts";

/** A body as it is sent. */
export interface EncodedBody {
  readonly encoding: TransferEncoding;
  /** A string if it is ASCII. */
  readonly content: string | Buffer | (() => AsyncIterable<Buffer>);
  /** The media type that this encoding requires, if it differs from that of the part. */
  readonly essence?: string;
}

/** A body whose encoding is known only after it is read. */
export interface LateBody {
  /** Whether it may have an octet above 127. */
  readonly eightBit: boolean;
  /** The octets, preceded by what `head` makes from the encoding and the type that it requires. */
  readonly late: (head: (as: Pick<EncodedBody, "encoding" | "essence">) => string) => AsyncIterable<Buffer>;
}

/** A body, and its form for each kind of server. */
export interface Body {
  encode(way: Way): EncodedBody | LateBody;
  /** The octets before encoding; absent if they are not in memory. */
  readonly octets?: () => Buffer;
  /** Reads the body into memory; absent if it is there already. */
  readonly load?: () => Promise<Body>;
}

/**
 * Makes the body of a text. Line ends become CRLF; the characters are kept. The text is sent unencoded if it can be,
 * else as quoted-printable or base64, whichever is shorter. Text without proper lines (one is too long, or has a bare
 * CR or NUL) is sent unencoded to a server with BINARYMIME; white space at the end of a line alone does not need that.
 *
 * @param flow turns the lines into format=flowed: spaces at their ends then need no encoding
 * @throws MessageError if the text has a lone surrogate or a character that the charset lacks.
 */
export function textBody(
  text: string,
  charset: Charset | undefined,
  field: string,
  flow?: (lines: string) => string,
): Body {
  if (typeof text !== "string") throw wrongField(field, "a string", text);
  // ASCII is not processed until it is encoded: a waiting mail holds only what the caller gave.
  if (charset === undefined && isAsciiText(text)) return new TextBody(text, flow);
  const given = toCrlf(text);
  const lines = flow === undefined ? given : flow(given);
  if (charset === undefined) {
    const octets = utf8(lines, text, field);
    return new TextBody(lines, flow, { octets, ascii: false, octetsPerUnit: 3 });
  }
  const octets = inCharset(lines, text, charset, field);
  return new TextBody(octets.toString("latin1"), flow, { octets, ascii: isAscii(octets), octetsPerUnit: 1 });
}

/** How lines are written as format=flowed. */
type Flow = (lines: string) => string;

/** A text that has been encoded in its charset. */
interface InCharset {
  readonly octets: Buffer;
  readonly ascii: boolean;
  /** The most octets that a unit of the text takes. */
  readonly octetsPerUnit: 1 | 3;
}

/** A text, which is inspected and encoded when it is first needed. */
class TextBody implements Body {
  readonly #text: string;
  readonly #flow: Flow | undefined;
  readonly #inCharset: InCharset | undefined;
  #lines: Lines | undefined;
  #encoded: EncodedBody | undefined;

  /** @param text ASCII as it was given; else lines, in `inCharset` */
  constructor(text: string, flow: Flow | undefined, inCharset?: InCharset) {
    this.#text = text;
    this.#flow = flow;
    this.#inCharset = inCharset;
  }

  encode(way: Way): EncodedBody {
    const ascii = this.#inCharset?.ascii ?? true;
    // The lines are inspected last: for most servers, what is not ASCII must be encoded whatever its lines are.
    if (ascii || bearsEightBit(way)) {
      const lines = this.#inspected();
      const content = this.#inCharset?.octets ?? lines.text;
      // Signed text must not depend on spaces that servers may strip.
      if (lines.whole && hasSafeEdges(lines, this.#flow !== undefined && way !== "signed"))
        return { encoding: ascii ? "7bit" : "8bit", content };
      if (way === "binary" && !lines.whole) return { encoding: "binary", content };
    }
    this.#encoded ??= this.#encode();
    return this.#encoded;
  }

  octets(): Buffer {
    return this.#inCharset?.octets ?? Buffer.from(this.#inspected().text, "latin1");
  }

  #inspected(): Lines {
    this.#lines ??= this.#inspect();
    return this.#lines;
  }

  #inspect(): Lines {
    const lines = toLines(this.#text, this.#inCharset?.octetsPerUnit);
    if (this.#inCharset === undefined)
      return this.#flow === undefined ? lines : toLines(this.#flow(lines.text));
    // Text in a charset is sent as it is.
    return lines.text === this.#text ? lines : { ...lines, whole: false };
  }

  #encode(): EncodedBody {
    const octets = this.octets();
    const surplus = this.#inCharset?.octetsPerUnit === 3 ? octets.length - this.#text.length : 0;
    return shorter(octets, surplus);
  }
}

/** Makes the body of octets that must arrive unchanged: base64, unless the server offers BINARYMIME. */
export function octetsBody(octets: Uint8Array): Body {
  return base64Body({ encoding: "base64", content: encodeBase64Lines(octets) });
}

/** Makes a body that keeps its base64 form; the octets are decoded from it when they are first needed. */
function base64Body(body: EncodedBody & { readonly content: Buffer }): Body {
  const octets = (): Buffer => decodeBase64Lines(body.content);
  const binary = once((): EncodedBody => ({ ...body, encoding: "binary", content: octets() }));
  return { encode: (way) => (way === "binary" ? binary() : body), octets };
}

/** Makes a body that is read each time it is sent. */
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

/** Makes a body that has the same form for every server. */
export function always(body: EncodedBody): Body {
  return { encode: () => body };
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
 * @param surplus how many more octets of UTF-8 than UTF-16 units the text has
 */
function shorter(octets: Buffer, surplus: number): EncodedBody {
  const { length } = octets;
  const limit = base64LinesLength(length);
  // Each octet of the surplus means at least 1.5 non-ASCII octets, each of which takes two octets more.
  const hopeless = length + 3 * surplus > limit;
  if (limit > smallAtMost) {
    const quoted = hopeless ? undefined : encodeQuotedPrintable(octets, limit);
    return quoted === undefined
      ? { encoding: "base64", content: encodeBase64Lines(octets) }
      : { encoding: "quoted-printable", content: quoted };
  }
  // A small body becomes text, which is joined with the headers without a buffer for each part.
  scratch ??= Buffer.allocUnsafeSlow(quotedPrintableRoom(smallAtMost));
  const quoted = hopeless ? undefined : encodeQuotedPrintable(octets, limit, scratch);
  return quoted === undefined
    ? { encoding: "base64", content: base64Lines(octets) }
    : { encoding: "quoted-printable", content: quoted.toString("latin1") };
}

/** The most octets of a body that is encoded as text. */
const smallAtMost = 32_768;
let scratch: Buffer | undefined;

/** Also encodes the text as it was given, because an error names a position in it. */
function inCharset(lines: string, text: string, charset: Charset, field: string): Buffer {
  refuseHalves(text, field);
  const octets = charset.encode(text, field);
  return lines === text ? octets : charset.encode(lines, field);
}

/** What the encoder writes for a lone surrogate; the text may also contain it. */
const replacement = Buffer.from("\ufffd");

function utf8(lines: string, text: string, field: string): Buffer {
  const octets = encodeUtf8(lines);
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
