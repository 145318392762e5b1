/**
 * Puts CRLF at the ends of the lines of a message, if its first line ends in LF alone, as the lines of a saved message
 * do. Otherwise nothing is changed, because signatures are over the octets as they are.
 */
export class LineEnds {
  #kind: "unknown" | "lf" | "crlf" = "unknown";
  #afterCr = false;

  /** Whether the lines of the message end in LF: known when the first has ended. */
  get areLf(): boolean {
    return this.#kind === "lf";
  }

  /** Takes the next octets, and returns them, or them with other line ends. */
  push(octets: Buffer): Buffer {
    if (this.#kind === "unknown") this.#decide(octets);
    if (this.#kind === "crlf" || octets.length === 0) return octets;
    const afterCr = this.#afterCr;
    this.#afterCr = octets[octets.length - 1] === CR;
    return this.#kind === "lf" ? withCrlf(octets, afterCr) : octets;
  }

  #decide(octets: Buffer): void {
    const lf = octets.indexOf(LF);
    if (lf < 0) return;
    this.#kind = (lf === 0 ? this.#afterCr : octets[lf - 1] === CR) ? "crlf" : "lf";
  }
}

const CR = 0x0d;
const LF = 0x0a;

/** What is looked at as text at a time, so that memory does not grow. */
const slice = 65_536;

function withCrlf(octets: Buffer, afterCr: boolean): Buffer {
  const pieces: Buffer[] = [];
  let before = afterCr;
  for (let at = 0; at < octets.length; at += slice) {
    const text = octets.toString("latin1", at, at + slice);
    const lines = text.replace(/(?<!\r)\n/g, "\r\n");
    // The LF of a CRLF that was cut.
    pieces.push(Buffer.from(before && text.startsWith("\n") ? lines.slice(1) : lines, "latin1"));
    before = text.endsWith("\r");
  }
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}
