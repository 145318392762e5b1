/** What a client has said and the protocol has not been given. */
export class UnreadInput {
  #octets: Buffer = EMPTY;

  get length(): number {
    return this.#octets.length;
  }

  /** The first octet. */
  get first(): number | undefined {
    return this.#octets[0];
  }

  /** How long the first line is, with its end; 0 where it has none yet. */
  get line(): number {
    return this.#octets.indexOf(LF) + 1;
  }

  push(octets: Buffer): void {
    this.#octets = this.length === 0 ? octets : Buffer.concat([this.#octets, octets]);
  }

  /** Puts octets in front. */
  unshift(octets: Buffer): void {
    this.#octets = Buffer.concat([octets, this.#octets]);
  }

  /** The first so many, which stay. */
  peek(octets: number): Buffer {
    return this.#octets.subarray(0, octets);
  }

  /** Takes the first so many off. */
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
