/**
 * A hash of 64 bits of a part of a buffer, without a call out of JavaScript. Equal octets have equal hashes; that
 * different ones differ is likely, and not certain if somebody wants them to be equal.
 */
export class QuickHash {
  low = 0;
  high = 0;

  /** Hashes the octets from `start` to `end`. */
  take(octets: Uint8Array, start: number, end: number): void {
    // FNV-1a, and the same with another factor.
    let low = 0x811c9dc5;
    let high = 0x2c1b3c6d ^ (end - start);
    for (let at = start; at < end; at++) {
      const octet = octets[at] as number;
      low = Math.imul(low ^ octet, 0x01000193);
      high = Math.imul(high ^ octet, 0x9e3779b1);
      high ^= high >>> 15;
    }
    this.low = mixed(low);
    this.high = mixed(high);
  }
}

/** Lets every bit depend on all of them: the last step of MurmurHash3. */
function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
