import { hasWholeLines, toCrlf } from "../text/lines.ts";
import { always, type Body, octetsBody, streamBody } from "./body.ts";
import type { EncodingConstraint } from "./part.ts";

/** A `Message`: whole lines of ASCII on a 7-bit way, but for its header, which may be UTF-8. */
export interface EmbeddedMail {
  /** Whether its header may be UTF-8 (RFC 6532). */
  readonly international: boolean;
  content(constraint: EncodingConstraint): {
    /** All of it; `undefined` if something must be streamed. */
    readonly chunks: readonly Buffer[] | undefined;
    stream(): AsyncIterable<Buffer>;
  };
}

/**
 * The body of a mail inside a mail. As `message/rfc822` it must travel unencoded (RFC 2046 section 5.2.1); what cannot
 * goes as `message/global`, which may be encoded (RFC 6532 section 3.7).
 */
export function embeddedBody(mail: Uint8Array | EmbeddedMail): Body {
  if (mail instanceof Uint8Array) return ofOctets(mail);
  // On a 7-bit way, so that the octets are those of the mail by itself, and a signature in it holds.
  const content = mail.content({ eightBit: false });
  if (content.chunks !== undefined) return ofOctets(Buffer.concat(content.chunks));
  return ofStream(() => content.stream(), mail.international);
}

const plain = "message/rfc822";
const international = "message/global";

function ofOctets(octets: Uint8Array): Body {
  const lines = toCrlf(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("latin1"));
  const content = Buffer.from(lines, "latin1");
  if (!hasWholeLines(lines)) return asGlobal(octetsBody(octets));
  if (isAscii(lines)) return always({ encoding: "7bit", content, essence: plain });
  const end = lines.indexOf("\r\n\r\n");
  const essence = isAscii(lines.slice(0, end < 0 ? lines.length : end)) ? plain : international;
  const encoded = asGlobal(octetsBody(octets)).encode("7bit");
  return {
    encode: (way) => (way === "7bit" ? encoded : { encoding: "8bit", content, essence }),
  };
}

function ofStream(open: () => AsyncIterable<Buffer>, beyondAscii: boolean): Body {
  return beyondAscii
    ? asGlobal(streamBody(open))
    : always({ encoding: "7bit", content: open, essence: plain });
}

function asGlobal(body: Body): Body {
  return { encode: (way) => ({ ...body.encode(way), essence: international }) };
}

function isAscii(latin1: string): boolean {
  return /^[\0-\x7f]*$/.test(latin1);
}
