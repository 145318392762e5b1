/**
 * Finds where the header of a message ends, as its octets come in pieces. The first line shows whether lines end in
 * CRLF or in LF; in a message with CRLF, a bare LF is part of a line.
 */
export class HeadEnd {
  #kind: "unknown" | "lf" | "crlf" = "unknown";
  /** Octets of the line that has begun. */
  #column = 0;
  #afterCr = false;

  /** Whether the lines end in LF alone. */
  get areLf(): boolean {
    return this.#kind === "lf";
  }

  /** Takes the next octets. Returns the index after the empty line that ends the header, if it is in them. */
  push(octets: Uint8Array): number | undefined {
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at];
      if (octet !== LF) {
        this.#column++;
        this.#afterCr = octet === CR;
        continue;
      }
      if (this.#kind === "unknown") this.#kind = this.#afterCr ? "crlf" : "lf";
      if (this.#kind === "crlf" && !this.#afterCr) {
        this.#column++;
        continue;
      }
      if (this.#column === (this.#afterCr ? 1 : 0)) return at + 1;
      this.#column = 0;
      this.#afterCr = false;
    }
    return undefined;
  }
}

const CR = 0x0d;
const LF = 0x0a;
