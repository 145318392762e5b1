import { maxLineOctets, toCrlf } from "../text/lines.ts";

/**
 * Reads the lines of a mail inside another, however its octets are split: LF becomes CRLF, and it records what the mail
 * requires of the server.
 */
export class MailLines {
  #whole = true;
  #eightBit = false;
  #eightBitHeader = false;
  #inHeader = true;
  /** Octets of the line that has begun. */
  #column = 0;
  /** A CR of which the LF may follow. */
  #held = "";

  /** Whether it is lines so far: no bare CR, no NUL, none above 998 octets. */
  get whole(): boolean {
    return this.#whole;
  }

  /** Whether an octet above 127 has come. */
  get eightBit(): boolean {
    return this.#eightBit;
  }

  /** Whether one has come in the header. */
  get eightBitHeader(): boolean {
    return this.#eightBitHeader;
  }

  /** The octets with CRLF at the ends of lines; a CR at the end of the piece is kept back. */
  push(octets: Uint8Array): Buffer {
    const given = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("latin1");
    let text = this.#held + given;
    this.#held = text.endsWith("\r") ? "\r" : "";
    if (this.#held !== "") text = text.slice(0, -1);
    return Buffer.from(this.#take(text), "latin1");
  }

  /** What was kept back; called once, at the end. */
  end(): Buffer {
    if (this.#held !== "") this.#whole = false;
    const rest = Buffer.from(this.#held, "latin1");
    this.#held = "";
    return rest;
  }

  #take(text: string): string {
    if (/\0|\r(?!\n)/.test(text)) this.#whole = false;
    const lines = toCrlf(text);
    const beyondAscii = /[\x80-\xff]/.test(lines);
    if (beyondAscii) this.#eightBit = true;
    const headerEnd = this.#measure(lines);
    if (beyondAscii && !this.#eightBitHeader && headerEnd > 0)
      this.#eightBitHeader = /[\x80-\xff]/.test(lines.slice(0, headerEnd));
    return lines;
  }

  /** Measures the lines. @returns how much of the text is header. */
  #measure(lines: string): number {
    let headerEnd = this.#inHeader ? lines.length : 0;
    let start = 0;
    for (let lf = lines.indexOf("\n"); lf >= 0; lf = lines.indexOf("\n", start)) {
      const length = this.#column + lf - 1 - start;
      if (length > maxLineOctets) this.#whole = false;
      if (length === 0 && this.#inHeader) {
        this.#inHeader = false;
        headerEnd = start;
      }
      this.#column = 0;
      start = lf + 1;
    }
    this.#column += lines.length - start;
    if (this.#column > maxLineOctets) this.#whole = false;
    return headerEnd;
  }
}
