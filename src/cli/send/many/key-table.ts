/**
 * Which line has which key: by hashes of 64 bits in flat memory, 12 bytes a place, so that millions of keys need tens
 * of megabytes. Two keys of ten million share a hash by chance once in 370,000 files.
 */
export class KeyTable {
  #places = 1 << 12;
  #low: Uint32Array = new Uint32Array(this.#places);
  #high: Uint32Array = new Uint32Array(this.#places);
  /** 0 for a free place. */
  #lines: Uint32Array = new Uint32Array(this.#places);
  #count = 0;

  /** Adds the hash of a key; returns the line that has it already. */
  add(low: number, high: number, line: number): number | undefined {
    if (this.#count * 2 >= this.#places) this.#grow();
    return this.#put(low, high, line);
  }

  #put(low: number, high: number, line: number): number | undefined {
    const mask = this.#places - 1;
    for (let at = low & mask; ; at = (at + 1) & mask) {
      const there = this.#lines[at] as number;
      if (there === 0) {
        this.#low[at] = low;
        this.#high[at] = high;
        this.#lines[at] = line;
        this.#count++;
        return undefined;
      }
      if (this.#low[at] === low && this.#high[at] === high) return there;
    }
  }

  #grow(): void {
    const [low, high, lines] = [this.#low, this.#high, this.#lines];
    this.#places *= 2;
    this.#low = new Uint32Array(this.#places);
    this.#high = new Uint32Array(this.#places);
    this.#lines = new Uint32Array(this.#places);
    this.#count = 0;
    for (let at = 0; at < lines.length; at++)
      if (lines[at] !== 0) this.#put(low[at] as number, high[at] as number, lines[at] as number);
  }
}
