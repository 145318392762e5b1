import type { Piece } from "../mime/part.ts";

/**
 * The bytes of a message as a transport sends them.
 *
 * Small pieces are gathered into one buffer; large ones, such as an encoded attachment that many messages share, are
 * passed on without a copy.
 */
export class Content {
  /** Whether a body has a byte above 127, so that the server must offer 8BITMIME. */
  readonly eightBit: boolean;
  /** Whether a body may lack line structure, so that the server must offer BINARYMIME; `eightBit` is then true too. */
  readonly binary: boolean;
  /** In bytes; `undefined` if a part must be streamed. */
  readonly size: number | undefined;
  /** All of the content, if it is small and ASCII. */
  readonly text: string | undefined;
  readonly #pieces: () => readonly (Buffer | Stream)[];

  /**
   * @param pieces whose last line need not have its line end
   * @param ascii whether pieces that are strings are ASCII throughout
   */
  constructor(pieces: readonly Piece[], eightBit: boolean, binary: boolean, ascii: boolean) {
    this.eightBit = eightBit;
    this.binary = binary;
    this.text = ascii ? shortText(pieces, binary) : undefined;
    if (this.text !== undefined) {
      const { text } = this;
      this.size = text.length;
      this.#pieces = () => [Buffer.from(text, "latin1")];
      return;
    }
    // After binary content a line end would be part of the content.
    const gathered = gather(binary || endsLine(pieces.at(-1)) ? pieces : [...pieces, "\r\n"]);
    this.#pieces = () => gathered;
    if (gathered.every(isBuffer)) this.size = gathered.reduce((size, { length }) => size + length, 0);
  }

  /** All of the content, which must not be written to; `undefined` if a part must be streamed. */
  get chunks(): readonly Buffer[] | undefined {
    const pieces = this.#pieces();
    return pieces.every(isBuffer) ? pieces : undefined;
  }

  /** The bytes, piece by piece. Each call opens the streams anew. */
  async *stream(): AsyncGenerator<Buffer> {
    for (const piece of this.#pieces()) {
      if (isBuffer(piece)) yield piece;
      else yield* piece();
    }
  }
}

type Stream = () => AsyncIterable<Buffer>;

/** A piece of this size or more is not copied: a separate write costs less. */
const large = 65_536;

/** ASCII text needs no buffer until it is written. */
function shortText(pieces: readonly Piece[], binary: boolean): string | undefined {
  let text = "";
  for (const piece of pieces) {
    if (typeof piece !== "string") return undefined;
    text += piece;
  }
  if (text.length >= large) return undefined;
  // Asked of the whole, because a string that has been joined is copied when it is looked into.
  return binary || text.endsWith("\r\n") ? text : `${text}\r\n`;
}

function endsLine(piece: Piece | undefined): boolean {
  if (typeof piece === "string") return piece.endsWith("\r\n");
  return typeof piece === "object" && piece.length > 1 && piece.at(-2) === 0x0d && piece.at(-1) === 0x0a;
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
