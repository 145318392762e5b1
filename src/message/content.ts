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
  /** Whether a body may be no lines, so that the server must offer BINARYMIME; then `eightBit` is true as well. */
  readonly binary: boolean;
  /** In octets; `undefined` if something must be streamed. */
  readonly size: number | undefined;
  /** All of it, where it is small and ASCII throughout. */
  readonly text: string | undefined;
  readonly #pieces: () => readonly (Buffer | Stream)[];

  /** @param ascii whether pieces that are strings are ASCII throughout */
  constructor(pieces: readonly Piece[], eightBit: boolean, binary: boolean, ascii: boolean) {
    this.eightBit = eightBit;
    this.binary = binary;
    this.text = ascii ? shortText(pieces) : undefined;
    if (this.text !== undefined) {
      const { text } = this;
      this.size = text.length;
      this.#pieces = () => [Buffer.from(text, "latin1")];
      return;
    }
    const gathered = gather(pieces);
    this.#pieces = () => gathered;
    if (gathered.every(isBuffer)) this.size = gathered.reduce((size, { length }) => size + length, 0);
  }

  /** All of it, not to be written to; `undefined` if something must be streamed. */
  get chunks(): readonly Buffer[] | undefined {
    const pieces = this.#pieces();
    return pieces.every(isBuffer) ? pieces : undefined;
  }

  /** The octets piece by piece; streams are opened, afresh at each call. */
  async *stream(): AsyncGenerator<Buffer> {
    for (const piece of this.#pieces()) {
      if (isBuffer(piece)) yield piece;
      else yield* piece();
    }
  }
}

type Stream = () => AsyncIterable<Buffer>;

/** From this size on a piece is not copied: a write of its own costs less. */
const large = 65_536;

/** A string that is its own octets needs no buffer until it is written. */
function shortText(pieces: readonly Piece[]): string | undefined {
  let text = "";
  for (const piece of pieces) {
    if (typeof piece !== "string") return undefined;
    text += piece;
  }
  return text.length < large ? text : undefined;
}

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
