import { isUtf8 } from "node:buffer";
import { CommandError, ExitStatus } from "../../exit-status.ts";

/** The longest line, in bytes, so that memory is bounded. */
const LONGEST = 16 * 1024 * 1024;

const LF = 0x0a;

/**
 * Cuts bytes into chunks of whole lines, without a byte order mark at the start.
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
    first = false;
    if (!isUtf8(begun)) throw notUtf8(begun, line);
    for (let at = begun.indexOf(LF); at >= 0; at = begun.indexOf(LF, at + 1)) line++;
    return begun;
  };
  for await (const piece of source) {
    const bytes =
      typeof piece === "string"
        ? Buffer.from(piece)
        : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
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
  const from = /^(?:\xff\xfe|\xfe\xff)/.test(chunk.toString("latin1", 0, 2)) ? "UTF-16" : "WINDOWS-1252";
  return new CommandError(
    `--data: line ${line}: expected text in UTF-8. iconv -f ${from} -t UTF-8 converts a file`,
    ExitStatus.data,
  );
}
