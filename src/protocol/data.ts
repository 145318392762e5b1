/** Mail data for DATA: a dot that begins a line is doubled, and a lone dot ends the data (RFC 5321 4.5.2). */

const CRLF_DOT = Buffer.from("\r\n.");
const DOT = 0x2e;
const CR = 0x0d;
const LF = 0x0a;

/**
 * ASCII content for DATA in two parts: the text with its leading dots doubled, and the end. They are not joined,
 * because joining copies a string.
 */
export function dataText(content: string): readonly [text: string, end: string] {
  const stuffed = content.includes("\r\n.") ? content.replaceAll("\r\n.", "\r\n..") : content;
  const text = stuffed.startsWith(".") ? `.${stuffed}` : stuffed;
  return [text, content === "" || content.endsWith("\r\n") ? ".\r\n" : "\r\n.\r\n"];
}

/** Doubles the leading dots of content in pieces, and ends it. The content must not have bare CR or LF. */
export class DataWriter {
  /** How much of a CRLF the last octets were: 2 at the start of a line. */
  #seen = 2;

  /** The piece as it is sent; the same buffer if no dot was doubled. */
  write(piece: Buffer): Buffer {
    const dots = this.#leadingDots(piece);
    this.#remember(piece);
    if (dots.length === 0) return piece;
    const stuffed = Buffer.allocUnsafe(piece.length + dots.length);
    let from = 0;
    let written = 0;
    for (const at of dots) {
      written += piece.copy(stuffed, written, from, at);
      stuffed[written++] = DOT;
      from = at;
    }
    piece.copy(stuffed, written, from);
    return stuffed;
  }

  /** The end of the data: CRLF if the content did not end with one, a dot, CRLF. */
  end(): Buffer {
    return this.#seen === 2 ? END : CRLF_END;
  }

  #leadingDots(piece: Buffer): number[] {
    const dots: number[] = [];
    if (this.#seen === 2 && piece[0] === DOT) dots.push(0);
    if (this.#seen === 1 && piece[0] === LF && piece[1] === DOT) dots.push(1);
    for (let at = piece.indexOf(CRLF_DOT); at !== -1; at = piece.indexOf(CRLF_DOT, at + 3)) dots.push(at + 2);
    return dots;
  }

  #remember(piece: Buffer): void {
    const last = piece.at(-1);
    if (last === CR) this.#seen = 1;
    else if (last === LF && (piece.length > 1 ? piece.at(-2) === CR : this.#seen === 1)) this.#seen = 2;
    else if (last !== undefined) this.#seen = 0;
  }
}

const END = Buffer.from(".\r\n");
const CRLF_END = Buffer.from("\r\n.\r\n");
