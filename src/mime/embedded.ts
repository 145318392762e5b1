import { createHash } from "node:crypto";
import { streamBase64Lines } from "../text/base64.ts";
import { always, type Body, type EncodedBody, gathered, octetsBody, streamBody } from "./body-encoding.ts";
import { contentError } from "./content-error.ts";
import { MailLines } from "./mail-lines.ts";
import { bearsEightBit, type EncodingConstraint, type Way } from "./part.ts";

/** A `Message`: for a server without 8BITMIME it is lines of ASCII, except its header, which may be UTF-8. */
export interface EmbeddedMail {
  /** Whether its header may be UTF-8 (RFC 6532). */
  readonly international: boolean;
  content(constraint: EncodingConstraint): {
    /** All of the content; `undefined` if a part must be streamed. */
    readonly chunks: readonly Buffer[] | undefined;
    stream(): AsyncIterable<Buffer>;
  };
}

/**
 * Makes the body of a mail inside a mail. As `message/rfc822` it must not be encoded (RFC 2046 section 5.2.1); if that
 * is impossible, it is sent as `message/global`, which may be encoded (RFC 6532 section 3.7).
 */
export function embeddedBody(mail: Uint8Array | EmbeddedMail): Body {
  if (mail instanceof Uint8Array) return ofOctets(mail);
  // As 7-bit, so that the octets are those of the mail alone, and a signature in it stays valid.
  const plain = ofMail(mail, sevenBit);
  let signed: Body | undefined;
  const encode: Body["encode"] = (way) => {
    if (way !== "signed") return plain.encode(way);
    signed ??= ofMail(mail, { ...sevenBit, signed: true });
    return signed.encode(way);
  };
  return { ...plain, encode };
}

/**
 * Makes the body of a mail that can be read more than once, such as a file: it is read first to see whether it can be
 * sent unencoded, and compared while it is sent.
 */
export function lookedAtBody(open: () => AsyncIterable<Uint8Array>): Body {
  return {
    encode: (way) => ({
      eightBit: bearsEightBit(way),
      late: (head) => readTwice(open, way, head),
    }),
    load: async () => ofOctets(await gathered(copies(open()))),
  };
}

const sevenBit: EncodingConstraint = { eightBit: false };
const plain = "message/rfc822";
const international = "message/global";

function ofMail(mail: EmbeddedMail, constraint: EncodingConstraint): Body {
  const content = mail.content(constraint);
  if (content.chunks !== undefined) return ofOctets(Buffer.concat(content.chunks));
  const open = (): AsyncIterable<Buffer> => content.stream();
  const load = async (): Promise<Body> => ofOctets(await gathered(open()));
  const body: Body = mail.international
    ? asGlobal(streamBody(open))
    : always({ encoding: "7bit", content: open, essence: plain });
  return { encode: body.encode, load };
}

function ofOctets(octets: Uint8Array): Body {
  const lines = new MailLines();
  const content = Buffer.concat([lines.push(octets), lines.end()]);
  const encoded = asGlobal(octetsBody(octets));
  return {
    encode: (way) => {
      const form = formOf(lines, way);
      return form.encoding === "base64" ? encoded.encode(way) : { ...form, content };
    },
    octets: () => content,
  };
}

/** How a mail of which all lines are known is sent. */
function formOf(
  { whole, eightBit, eightBitHeader }: MailLines,
  way: Way,
): Required<Omit<EncodedBody, "content">> {
  if (whole && !eightBit) return { encoding: "7bit", essence: plain };
  if (!whole || !bearsEightBit(way)) return { encoding: "base64", essence: international };
  return { encoding: "8bit", essence: eightBitHeader ? international : plain };
}

async function* readTwice(
  open: () => AsyncIterable<Uint8Array>,
  way: Way,
  head: (form: Omit<EncodedBody, "content">) => string,
): AsyncGenerator<Buffer> {
  const seen = new MailLines();
  const expected = createHash("sha256");
  for await (const piece of open()) {
    expected.update(piece);
    seen.push(piece);
  }
  seen.end();
  const form = formOf(seen, way);
  yield Buffer.from(head(form));
  const found = createHash("sha256");
  async function* again(): AsyncGenerator<Uint8Array> {
    for await (const piece of open()) {
      found.update(piece);
      yield piece;
    }
  }
  yield* form.encoding === "base64" ? streamBase64Lines(again()) : sameLines(again(), seen);
  if (!expected.digest().equals(found.digest())) throw changed();
}

/**
 * The lines of a mail that was inspected before. If the source has changed, lines that the way does not allow are
 * refused.
 */
async function* sameLines(pieces: AsyncIterable<Uint8Array>, seen: MailLines): AsyncGenerator<Buffer> {
  const lines = new MailLines();
  for await (const piece of pieces) {
    const octets = lines.push(piece);
    if (!lines.whole || (lines.eightBit && !seen.eightBit) || (lines.eightBitHeader && !seen.eightBitHeader))
      throw changed();
    yield octets;
  }
  if (lines.end().length > 0) throw changed();
}

function changed(): Error {
  return contentError(
    "message/rfc822: the attached mail gave other octets when it was sent than just before",
  );
}

async function* copies(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of source) yield Buffer.from(chunk);
}

function asGlobal(body: Body): Body {
  return { ...body, encode: (way) => ({ ...body.encode(way), essence: international }) };
}
