import type { Piece } from "../mime/part.ts";

/**
 * The octets of a message on their way out: what a transport asks for.
 *
 * Small pieces lie together in one buffer; large ones, such as an encoded attachment that many messages share, are
 * passed on without being copied.
 */
export class Content {
  /** Whether an octet above 127 is in a body, so that the server must offer 8BITMIME. */
  readonly eightBit: boolean;
  /** All of it, not to be written to; `undefined` if something must be streamed. */
  readonly chunks: readonly Buffer[] | undefined;
  /** In octets; `undefined` if something must be streamed. */
  readonly size: number | undefined;
  readonly #pieces: readonly (Buffer | Stream)[];

  constructor(pieces: readonly Piece[], eightBit: boolean) {
    this.eightBit = eightBit;
    this.#pieces = gather(pieces);
    const chunks = this.#pieces.filter(isBuffer);
    if (chunks.length < this.#pieces.length) return;
    this.chunks = chunks;
    this.size = chunks.reduce((size, { length }) => size + length, 0);
  }

  /** The octets piece by piece; streams are opened, afresh at each call. */
  async *stream(): AsyncGenerator<Buffer> {
    for (const piece of this.#pieces) {
      if (isBuffer(piece)) yield piece;
      else yield* piece();
    }
  }
}

type Stream = () => AsyncIterable<Buffer>;

/** From this size on a piece is not copied: a write of its own costs less. */
const large = 65_536;

function gather(pieces: readonly Piece[]): (Buffer | Stream)[] {
  const gathered: (Buffer | Stream)[] = [];
  let small: (string | Buffer)[] = [];
  for (const piece of pieces) {
    if (typeof piece !== "function" && piece.length < large) {
      small.push(piece);
      continue;
    }
    if (small.length > 0) gathered.push(together(small));
    small = [];
    gathered.push(typeof piece === "string" ? Buffer.from(piece) : piece);
  }
  if (small.length > 0) gathered.push(together(small));
  return gathered;
}

function together(pieces: readonly (string | Buffer)[]): Buffer {
  let size = 0;
  for (const piece of pieces) size += typeof piece === "string" ? Buffer.byteLength(piece) : piece.length;
  const buffer = Buffer.allocUnsafe(size);
  let at = 0;
  for (const piece of pieces)
    at += typeof piece === "string" ? buffer.write(piece, at) : piece.copy(buffer, at);
  return buffer;
}

function isBuffer(piece: Buffer | Stream): piece is Buffer {
  return typeof piece !== "function";
}
