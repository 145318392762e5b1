/** Octets for an answer, without a copy. */
export function octetsOf(octets: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(octets.buffer as ArrayBuffer, octets.byteOffset, octets.byteLength);
}
