/**
 * The octets of a text in UTF-8, as `Buffer.from` returns them; for small text in half the time, because it is not
 * measured first.
 */
export function encodeUtf8(text: string): Buffer {
  if (text.length > smallAtMost) return Buffer.from(text, "utf8");
  scratch ??= Buffer.allocUnsafeSlow(smallAtMost * 3);
  const length = encoder.encodeInto(text, scratch).written;
  const octets = Buffer.allocUnsafe(length);
  scratch.copy(octets, 0, 0, length);
  return octets;
}

/** The most UTF-16 units of a small text. A unit takes at most three octets. */
const smallAtMost = 16_384;
const encoder = new TextEncoder();
let scratch: Buffer | undefined;
