/** Base32 (RFC 4648 section 6) without padding: letters and digits that survive a change of case. */

/** The 32 characters, in the order of their values. */
export const base32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Encodes octets. */
export function encodeBase32(octets: Uint8Array): string {
  let text = "";
  let bits = 0;
  let count = 0;
  for (const octet of octets) {
    bits = ((bits << 8) | octet) & 0xfff;
    for (count += 8; count >= 5; count -= 5) text += base32Alphabet.charAt((bits >> (count - 5)) & 31);
  }
  return count === 0 ? text : text + base32Alphabet.charAt((bits << (5 - count)) & 31);
}

/**
 * Decodes what {@link encodeBase32} wrote, in any case.
 *
 * @returns `undefined` if it is anything else.
 */
export function decodeBase32(text: string): Buffer | undefined {
  const octets: number[] = [];
  let bits = 0;
  let count = 0;
  for (const character of text.toUpperCase()) {
    const value = base32Alphabet.indexOf(character);
    if (value < 0) return undefined;
    bits = ((bits << 5) | value) & 0xfff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    octets.push((bits >> count) & 255);
  }
  const decoded = Buffer.from(octets);
  return encodeBase32(decoded) === text.toUpperCase() ? decoded : undefined;
}
