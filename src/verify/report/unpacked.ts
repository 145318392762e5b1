import { promisify } from "node:util";
import { crc32, gunzip, inflateRaw } from "node:zlib";
import { reasonOf } from "../../errors.ts";

/** Ends the unpacking: its message says why. */
export class UnpackProblem extends Error {}

/** How large a report may be. */
const mostBytes = 10 * 1024 * 1024;

/**
 * The contents of a file that is packed by gzip, or by zip with one member; anything else as it is. Which one it is, is
 * seen from its first bytes.
 *
 * @throws UnpackProblem if it cannot be unpacked, or is larger than 10 MiB.
 */
export async function unpacked(file: Buffer): Promise<Buffer> {
  const contents = await unpack(file);
  if (contents.length > mostBytes) throw tooLarge();
  return contents;
}

async function unpack(file: Buffer): Promise<Buffer> {
  if (file.length >= 2 && file.readUInt16BE(0) === 0x1f8b) return inflated(gunzipped, file);
  if (file.length >= 4 && file.readUInt32LE(0) === localHeader) return onlyMember(file);
  return file;
}

const gunzipped: Inflate = promisify(gunzip);
const inflatedRaw: Inflate = promisify(inflateRaw);
type Inflate = (file: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

async function inflated(inflate: Inflate, file: Buffer): Promise<Buffer> {
  try {
    return await inflate(file, { maxOutputLength: mostBytes });
  } catch (error) {
    if (Object(error).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw new UnpackProblem(`the file cannot be unpacked: ${reasonOf(error)}`);
  }
}

function tooLarge(): UnpackProblem {
  return new UnpackProblem("the report is larger than 10 MiB");
}

const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const directoryEnd = 0x06054b50;

/** The member of a zip file, by its central directory, which is what other programs go by. */
async function onlyMember(file: Buffer): Promise<Buffer> {
  const end = endOfDirectory(file);
  const members = file.readUInt16LE(end + 10);
  if (members !== 1) throw new UnpackProblem(`expected a zip file with one member, got ${members}`);
  const central = file.readUInt32LE(end + 16);
  if (central + 46 > file.length || file.readUInt32LE(central) !== centralHeader) throw broken();
  // Its name, extra fields and comment; behind them another member would begin.
  const lengths = [28, 30, 32].map((offset) => file.readUInt16LE(central + offset));
  const whole = lengths.reduce((sum, length) => sum + length, 46);
  if (file.readUInt32LE(end + 12) !== whole) throw broken();
  const [flags, method] = [file.readUInt16LE(central + 8), file.readUInt16LE(central + 10)];
  if ((flags & 1) !== 0) throw new UnpackProblem("the zip file is encrypted");
  const [sum, packed, size] = [16, 20, 24].map((offset) => file.readUInt32LE(central + offset)) as [
    number,
    number,
    number,
  ];
  const local = file.readUInt32LE(central + 42);
  if (local + 30 > file.length || file.readUInt32LE(local) !== localHeader) throw broken();
  const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
  if (start + packed > file.length) throw broken();
  const octets = file.subarray(start, start + packed);
  if (method !== 0 && method !== 8) throw new UnpackProblem("the zip file is packed in an unusual way");
  const contents = method === 0 ? octets : await inflated(inflatedRaw, octets);
  if (contents.length !== size || crc32(contents) !== sum) throw broken();
  return contents;
}

/** The record at the end, after which there may be a comment of up to 64 KiB. */
function endOfDirectory(file: Buffer): number {
  for (let at = file.length - 22; at >= 0 && at >= file.length - 22 - 0xffff; at--) {
    if (file.readUInt32LE(at) === directoryEnd) return at;
  }
  throw broken();
}

function broken(): UnpackProblem {
  return new UnpackProblem("the zip file is broken");
}
