/**
 * Reads a TCP socket into the same memory each time. Node otherwise allocates 64 kB for each read, which costs more
 * than parsing the reply in it.
 *
 * Only for a socket that nothing else reads, such as a proxy or TLS.
 */
export class ReadBuffer {
  /** The option of `net.connect`. */
  readonly onread: {
    readonly buffer: Buffer;
    readonly callback: (length: number, memory: Buffer) => boolean;
  };
  #receive: ((octets: Buffer) => void) | undefined;
  /** What arrived before there was a listener. */
  #early: Buffer[] = [];

  constructor() {
    const callback = (length: number, memory: Buffer): boolean => {
      const octets = memory.subarray(0, length);
      if (this.#receive === undefined) this.#early.push(Buffer.from(octets));
      else this.#receive(octets);
      return true;
    };
    this.onread = { buffer: Buffer.allocUnsafeSlow(SIZE), callback };
  }

  /**
   * From now on calls `receive` with what arrives, beginning with what has arrived already. `receive` must not keep the
   * bytes.
   */
  listen(receive: (octets: Buffer) => void): void {
    this.#receive = receive;
    for (const octets of this.#early) receive(octets);
    this.#early = [];
  }
}

/** Bytes: large enough for the replies to a window of mails in a few reads. */
const SIZE = 16_384;
