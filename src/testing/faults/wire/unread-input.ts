/** The bytes of a client that were not passed to the protocol yet. */
export class UnreadInput {
  #octets: Buffer = EMPTY;

  get length(): number {
    return this.#octets.length;
  }

  /** The first byte. */
  get first(): number | undefined {
    return this.#octets[0];
  }

  /** The length of the first line with its end; 0 if it is not complete. */
  get line(): number {
    return this.#octets.indexOf(LF) + 1;
  }

  push(octets: Buffer): void {
    this.#octets = this.length === 0 ? octets : Buffer.concat([this.#octets, octets]);
  }

  /** Adds bytes at the beginning. */
  unshift(octets: Buffer): void {
    this.#octets = Buffer.concat([octets, this.#octets]);
  }

  /** The first bytes, without taking them. */
  peek(octets: number): Buffer {
    return this.#octets.subarray(0, octets);
  }

  /** Takes the first bytes. */
  take(octets: number): Buffer {
    const taken = this.peek(octets);
    this.#octets = this.#octets.subarray(octets);
    return taken;
  }

  clear(): void {
    this.#octets = EMPTY;
  }
}

const EMPTY: Buffer = Buffer.alloc(0);
const LF = 0x0a;
