/** An element of DER (X.690): its identifier octet, and its content. */
export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
}

/** The elements in `octets`, one after another, up to the first that is incomplete or malformed. */
export function derElements(octets: Buffer): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at + 2 <= octets.length; ) {
    const tag = octets[at] as number;
    const first = octets[at + 1] as number;
    // Long form: the low bits count the octets of the length.
    const more = first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + more;
    if ((tag & 0x1f) === 0x1f || first === 0x80 || more > 4 || start > octets.length) break;
    const length = more === 0 ? first : octets.readUIntBE(at + 2, more);
    if (start + length > octets.length) break;
    elements.push({ tag, content: octets.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}
