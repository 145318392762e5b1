import type { DataFault } from "../data-reader.ts";

/**
 * Checks that octets are text in lines that end in CRLF, however they are split. Content must be, unless it is
 * BODY=BINARYMIME (RFC 3030 3).
 */
export class LineCheck {
  #afterCr = false;

  /** What is wrong in the piece. After a fault nothing more must be checked. */
  check(piece: Buffer): DataFault | undefined {
    const { length } = piece;
    let afterCr = this.#afterCr;
    for (let at = 0; at < length; at++) {
      const octet = piece[at] as number;
      if (octet > CR && !afterCr) continue;
      if (afterCr) {
        if (octet !== LF) return "a bare CR";
        afterCr = false;
      } else if (octet === CR) afterCr = true;
      else if (octet === LF) return "a bare LF";
      else if (octet === 0) return "a NUL";
    }
    this.#afterCr = afterCr;
    return undefined;
  }

  /** What is wrong if nothing more follows. */
  end(): DataFault | undefined {
    return this.#afterCr ? "a bare CR" : undefined;
  }
}

const CR = 0x0d;
const LF = 0x0a;
