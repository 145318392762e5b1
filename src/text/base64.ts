/**
 * Base64 in lines of 76 characters (RFC 2045 section 6.8), as fast as the native encoder: blocks of rows are encoded
 * natively, and the line ends are inserted four bytes at a time.
 */

/** Octets in one line, and the characters they become. */
const rowOctets = 57;
const rowCharacters = 76;
/** Even, because two rows with their line ends are a whole number of 32-bit words; 256 rows stay in the cache. */
const blockRows = 256;
const blockOctets = blockRows * rowOctets;

/** The size of what is decoded at once: whole lines with their ends. */
const decodedAtOnce = 8192 * (rowCharacters + 2);

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Encodes `bytes` as base64 in lines of 76 characters, with CRLF between the lines and none after the last.
 *
 * @example
 * ```ts
 * encodeBase64Lines(Buffer.from("hello")).toString(); // "aGVsbG8="
 * ```
 */
export function encodeBase64Lines(bytes: Uint8Array): Buffer {
  return encode(bytes, "");
}

/** Decodes the lines of {@link encodeBase64Lines}. */
export function decodeBase64Lines(lines: Buffer): Buffer {
  const blocks: Buffer[] = [];
  // By whole lines, because a string cannot be as long as a buffer.
  for (let at = 0; at < lines.length; at += decodedAtOnce) {
    blocks.push(Buffer.from(lines.toString("latin1", at, at + decodedAtOnce), "base64"));
  }
  return blocks.length === 1 ? (blocks[0] as Buffer) : Buffer.concat(blocks);
}

/** The length of the result of {@link encodeBase64Lines} for `length` octets. */
export function base64LinesLength(length: number): number {
  const breaks = Math.max(0, Math.ceil(length / rowOctets) - 1);
  return Math.ceil(length / 3) * 4 + breaks * 2;
}

/**
 * Encodes a stream of octets as {@link encodeBase64Lines} would encode them whole.
 *
 * Only one piece and an unfinished line are kept, so memory does not grow with the stream.
 */
export async function* streamBase64Lines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Uint8Array = new Uint8Array(0);
  // It ends in a line end that is needed only if more follows, so it is yielded one piece later.
  let ready: Buffer | undefined;
  for await (const chunk of source) {
    if (chunk.length === 0) continue;
    const octets = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const whole = octets.length - (octets.length % rowOctets);
    if (whole > 0) {
      if (ready !== undefined) yield ready;
      ready = encode(octets.subarray(0, whole), lineEnd);
    }
    // A copy, because the source may reuse the memory of its chunk.
    held = Buffer.from(octets.subarray(whole));
  }
  if (ready !== undefined) yield held.length > 0 ? ready : ready.subarray(0, -lineEnd.length);
  if (held.length > 0) yield encodeBase64Lines(held);
}

const lineEnd = "\r\n";

/** The lines, with `end` after the last. */
function encode(bytes: Uint8Array, end: string): Buffer {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (source.length === 0) return Buffer.alloc(0);
  const size = base64LinesLength(source.length) + end.length;
  // A buffer of its own begins on a word boundary; one cut from the pool need not.
  const target = size > 4096 ? Buffer.allocUnsafeSlow(size) : Buffer.allocUnsafe(size);
  let read = 0;
  let written = 0;
  if (source.length > blockOctets && littleEndian) {
    const blocks = Math.floor((source.length - 1) / blockOctets);
    written = encodeBlocks(source, blocks, target);
    read = blocks * blockOctets;
  }
  target.write(base64Lines(source.subarray(read)) + end, written, "latin1");
  return target;
}

/** Like {@link encodeBase64Lines}, as text; for small content. */
export function base64Lines(bytes: Buffer): string {
  const characters = bytes.toString("base64");
  let lines = characters.slice(0, rowCharacters);
  for (let at = rowCharacters; at < characters.length; at += rowCharacters)
    lines += lineEnd + characters.slice(at, at + rowCharacters);
  return lines;
}

/** Encodes `blocks` whole blocks, each row with its line end, and returns how many octets that took. */
function encodeBlocks(source: Buffer, blocks: number, target: Buffer): number {
  const scratch = Buffer.allocUnsafeSlow(blockRows * rowCharacters);
  const from = new Int32Array(scratch.buffer, 0, scratch.length >> 2);
  const to = new Int32Array(target.buffer, 0, target.length >> 2);
  const words = rowCharacters >> 2;
  let out = 0;
  for (let block = 0; block < blocks; block++) {
    scratch.write(source.toString("base64", block * blockOctets, (block + 1) * blockOctets), 0, "latin1");
    for (let at = 0; at < from.length; at += 2 * words) {
      for (let word = 0; word < words; word++) to[out + word] = from[at + word] as number;
      // The second row is two octets off the word boundary: each word takes half of the one before and half of its own.
      let half = 0x0a0d;
      for (let word = words; word < 2 * words; word++) {
        const next = from[at + word] as number;
        to[out + word] = half | (next << 16);
        half = next >>> 16;
      }
      to[out + 2 * words] = half | 0x0a0d0000;
      out += 2 * words + 1;
    }
  }
  return out * 4;
}
