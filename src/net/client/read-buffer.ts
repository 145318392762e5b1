/**
 * Reads a TCP socket into the same memory each time. By itself Node makes new memory for each read, 64 kB at a time,
 * which costs more than to parse the reply in it.
 *
 * Only for a socket that nothing else reads: not one that a proxy or TLS takes over.
 */
export class ReadMemory {
  /** What `net.connect` needs to know. */
  readonly onread: {
    readonly buffer: Buffer;
    readonly callback: (length: number, memory: Buffer) => boolean;
  };
  #receive: ((octets: Buffer) => void) | undefined;
  /** What arrived before anything listened. */
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

  /** From now on `receive` is given what arrives, beginning with what has arrived. It must not keep the octets. */
  listen(receive: (octets: Buffer) => void): void {
    this.#receive = receive;
    for (const octets of this.#early) receive(octets);
    this.#early = [];
  }
}

/** Bytes: the replies to a window of mails arrive in few reads. */
const SIZE = 16_384;
