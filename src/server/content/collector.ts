/** Collects bytes in one growing buffer, so content that arrives byte by byte needs no more memory. */
export class Collector {
  #octets: Buffer = Buffer.alloc(0);
  #length = 0;

  add(piece: Buffer): void {
    const needed = this.#length + piece.length;
    if (needed > this.#octets.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#octets.length * 2));
      this.#octets.copy(grown, 0, 0, this.#length);
      this.#octets = grown;
    }
    piece.copy(this.#octets, this.#length);
    this.#length = needed;
  }

  octets(): Buffer {
    return this.#octets.subarray(0, this.#length);
  }
}

/** Collects a whole content; rejects with what its iteration throws. */
export function collect(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const collected = (async () => {
    const collector = new Collector();
    for await (const piece of content) collector.add(piece);
    return collector.octets();
  })();
  // The hook may await it later: until then a client that leaves must not end the process.
  collected.catch(() => {});
  return collected;
}
