import { EnvoiError, reasonOf } from "../errors.ts";
import { contentError } from "../mime/content-error.ts";
import { wrongOption } from "../text/options/option-reader.ts";

/** A mail that came back: its octets, a text, or a stream of octets. */
export type FeedbackSource = Uint8Array | string | AsyncIterable<Uint8Array>;

/**
 * The first 8 MiB of a mail: reports are small, and what they quote last is of no use. All lines end in LF or CRLF; a
 * mail of old Macs, with CR, gets LF.
 *
 * @throws EnvoiError of kind `"content"` if the source fails; of kind `"configuration"` if it is not a source.
 */
export async function readReport(raw: FeedbackSource): Promise<Buffer> {
  const octets =
    typeof raw === "string"
      ? Buffer.from(raw)
      : raw instanceof Uint8Array
        ? asBuffer(raw)
        : await collected(raw);
  const first = octets.subarray(0, most);
  return first.includes(0x0a)
    ? first
    : Buffer.from(first.toString("latin1").replaceAll("\r", "\n"), "latin1");
}

const most = 8 * 1_048_576;

async function collected(source: AsyncIterable<unknown>): Promise<Buffer> {
  const open: unknown = Object(source)[Symbol.asyncIterator];
  if (typeof open !== "function")
    throw wrongOption("raw", "a Uint8Array, a string or an async iterable of bytes", source);
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of source) {
      if (!(piece instanceof Uint8Array)) throw wrongOption("raw", "an async iterable of bytes", piece);
      // A copy, because the source may reuse its memory.
      pieces.push(Buffer.from(piece));
      size += piece.length;
      if (size >= most) break;
    }
  } catch (error) {
    throw EnvoiError.is(error) ? error : contentError(`raw: the source failed: ${reasonOf(error)}`, error);
  }
  return Buffer.concat(pieces);
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}
