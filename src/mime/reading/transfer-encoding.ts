/**
 * Decodes the transfer encoding of a body (RFC 2045 6). If it is not encoded, returns the octets of the message
 * themselves.
 */
export function decodeBody(body: Buffer, encoding: string): Buffer {
  switch (encoding) {
    case "base64":
      return decodeBase64(body);
    case "quoted-printable":
      return decodeQuotedPrintable(body);
    default:
      return body;
  }
}

/** Other characters are skipped. Padding ends a unit, and another may follow. */
function decodeBase64(body: Buffer): Buffer {
  const decoded = Buffer.allocUnsafeSlow(Math.ceil(body.length / 4) * 3);
  let length = 0;
  let bits = 0;
  let count = 0;
  for (let at = 0; at < body.length; at++) {
    const value = BASE64[body[at] as number] as number;
    if (value === PADDING) {
      bits = 0;
      count = 0;
    }
    if (value >= PADDING) continue;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded[length++] = (bits >> count) & 0xff;
  }
  return exactly(decoded, length);
}

/**
 * Spaces at the end of a line are removed, also after the = of a soft line break (RFC 2045 6.7 (3)). An invalid escape
 * stays as it is, and so do line ends.
 */
function decodeQuotedPrintable(body: Buffer): Buffer {
  const decoded = Buffer.allocUnsafeSlow(body.length);
  let length = 0;
  for (let at = 0; at < body.length; ) {
    const lf = body.indexOf(LF, at);
    const next = lf === -1 ? body.length : lf + 1;
    let end = lf === -1 ? next : lf;
    if (end > at && body[end - 1] === CR) end--;
    const lineEnd = end;
    while (end > at && (body[end - 1] === SPACE || body[end - 1] === TAB)) end--;
    const soft = end > at && body[end - 1] === EQUALS;
    if (soft) end--;
    for (; at < end; at++) {
      const octet = body[at] as number;
      const high = octet === EQUALS && at + 2 < end ? HEX[body[at + 1] as number] : undefined;
      const low = high === undefined ? undefined : HEX[body[at + 2] as number];
      if (high === undefined || low === undefined) decoded[length++] = octet;
      else {
        decoded[length++] = high * 16 + low;
        at += 2;
      }
    }
    if (!soft) for (let each = lineEnd; each < next; each++) decoded[length++] = body[each] as number;
    at = next;
  }
  return exactly(decoded, length);
}

/** A copy, if the memory is much larger than what it holds. */
function exactly(octets: Buffer, length: number): Buffer {
  const cut = octets.subarray(0, length);
  return length > octets.length / 2 ? cut : Buffer.from(cut);
}

const PADDING = 64;
const OTHER = 65;

const BASE64: Uint8Array = new Uint8Array(256).fill(OTHER);
for (const [value, character] of [
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=",
].entries())
  BASE64[character.charCodeAt(0)] = value;

const HEX: readonly (number | undefined)[] = Array.from({ length: 256 }, (_, octet) => {
  const value = "0123456789abcdef".indexOf(String.fromCharCode(octet).toLowerCase());
  return value === -1 ? undefined : value;
});

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const EQUALS = 0x3d;
