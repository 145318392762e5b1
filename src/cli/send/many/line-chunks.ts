import { isUtf8 } from "node:buffer";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import { encodingOf, NOT_UTF8, notText } from "../text-encoding.ts";

/** The longest line, in bytes, so that memory is bounded. */
const LONGEST = 16 * 1024 * 1024;

const LF = 0x0a;

/**
 * Cuts text into chunks of whole lines in UTF-8, without a byte order mark at the start, which may say that the text is
 * UTF-16.
 *
 * @throws CommandError naming the line that is not UTF-8 or is longer than 16 MiB.
 */
export async function* lineChunks(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let size = 0;
  let line = 1;
  let first = true;
  const whole = (chunk: Buffer): Buffer => {
    const begun = first ? withoutMark(chunk) : chunk;
    const problem = first ? notText(begun) : undefined;
    if (problem !== undefined) throw new CommandError(`--data: ${problem}`, ExitStatus.data);
    first = false;
    if (!isUtf8(begun)) throw notUtf8(begun, line);
    for (let at = begun.indexOf(LF); at >= 0; at = begun.indexOf(LF, at + 1)) line++;
    return begun;
  };
  for await (const bytes of inUtf8(source)) {
    const end = bytes.lastIndexOf(LF) + 1;
    if (end === 0) {
      rest.push(Buffer.from(bytes));
      size += bytes.length;
    } else {
      rest.push(bytes.subarray(0, end));
      yield whole(rest.length === 1 ? (rest[0] as Buffer) : Buffer.concat(rest));
      rest = [Buffer.from(bytes.subarray(end))];
      size = bytes.length - end;
    }
    if (size > LONGEST) throw new CommandError(`--data: line ${line} has more than 16 MiB`, ExitStatus.data);
  }
  if (size > 0) yield whole(Buffer.concat(rest));
}

/** The text in UTF-8: what the byte order mark says decides how it is read. */
async function* inUtf8(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
  let decoder: TextDecoder | undefined;
  let begun: Buffer = Buffer.alloc(0);
  let known = false;
  for await (const piece of source) {
    const bytes =
      typeof piece === "string"
        ? Buffer.from(piece)
        : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    begun = known ? bytes : Buffer.concat([begun, bytes]);
    // One byte is not yet a mark.
    if (!known && begun.length < 2) continue;
    if (!known && encodingOf(begun) !== "utf-8")
      decoder = new TextDecoder(encodingOf(begun), { fatal: true });
    known = true;
    yield decoder === undefined ? begun : decodedPart(decoder, begun);
  }
  if (!known) yield begun;
  else if (decoder !== undefined) yield decodedPart(decoder);
}

function decodedPart(decoder: TextDecoder, part?: Buffer): Buffer {
  try {
    return Buffer.from(part === undefined ? decoder.decode() : decoder.decode(part, { stream: true }));
  } catch {
    throw new CommandError(
      "--data: expected UTF-16, as the byte order mark says, got half a character",
      ExitStatus.data,
    );
  }
}

function withoutMark(chunk: Buffer): Buffer {
  return chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;
}

function notUtf8(chunk: Buffer, first: number): CommandError {
  let line = first;
  let start = 0;
  for (
    let at = chunk.indexOf(LF);
    at >= 0 && isUtf8(chunk.subarray(start, at));
    at = chunk.indexOf(LF, start)
  ) {
    line++;
    start = at + 1;
  }
  return new CommandError(`--data: line ${line}: ${NOT_UTF8}`, ExitStatus.data);
}
