/** Quoted-printable (RFC 2045 section 6.7). */

/** The most characters in a line without its CRLF. */
const maxLine = 76;
const hex = Buffer.from("0123456789ABCDEF");

/** 1 for octets that must be escaped wherever they stand; white space and line ends depend on what follows. */
const escaped = new Uint8Array(256).fill(1);
escaped.fill(0, 0x20, 0x7f);
escaped[0x3d] = 1;
escaped[0x09] = 0;
escaped[0x0d] = 0;
escaped[0x0a] = 0;

/** How many octets quoted-printable escapes, but for white space at line ends and lone CR and LF. */
export function countEscapes(octets: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < octets.length; at++) count += escaped[octets[at] as number] as number;
  return count;
}

/**
 * Encodes octets as quoted-printable. CRLF is a line end; a lone CR or LF is an octet like others. No line is
 * longer than 76 characters, none ends in white space, none begins with `From `, and no UTF-8 character is cut by a soft line break.
 */
export function encodeQuotedPrintable(octets: Uint8Array): Buffer {
  let target = Buffer.allocUnsafe(estimate(octets));
  let out = 0;
  let column = 0;
  const { length } = octets;
  for (let at = 0; at < length; at++) {
    // One octet becomes at most a soft line break and an escape.
    if (out + 6 > target.length) target = Buffer.concat([target], target.length * 2);
    const octet = octets[at] as number;
    if (octet === 0x0d && octets[at + 1] === 0x0a) {
      target[out++] = 0x0d;
      target[out++] = 0x0a;
      at++;
      column = 0;
      continue;
    }
    const plain = escaped[octet] === 0 && !dependsOnPlace(octet, octets, at, column);
    const width = plain ? 1 : characterWidth(octet);
    // The last column is for a soft line break, unless the line ends here.
    if (column + width > maxLine - 1 && !(column + width === maxLine && endsLine(octets, at + 1))) {
      target[out++] = 0x3d;
      target[out++] = 0x0d;
      target[out++] = 0x0a;
      column = 0;
    }
    if (plain) {
      target[out++] = octet;
      column++;
    } else {
      target[out++] = 0x3d;
      target[out++] = hex[octet >> 4] as number;
      target[out++] = hex[octet & 15] as number;
      column += 3;
    }
  }
  return target.subarray(0, out);
}

function estimate(octets: Uint8Array): number {
  const characters = octets.length + 2 * countEscapes(octets);
  return characters + Math.ceil(characters / 64) * 3 + 16;
}

/** Escaped here though it need not be elsewhere: a lone CR or LF, white space at a line end, the F of `From `. */
function dependsOnPlace(octet: number, octets: Uint8Array, at: number, column: number): boolean {
  if (octet > 0x46) return false;
  if (octet === 0x20 || octet === 0x09) return endsLine(octets, at + 1);
  if (octet === 0x46) {
    const opensLine = column === 0 || column >= maxLine - 1;
    return (
      opensLine &&
      octets[at + 1] === 0x72 &&
      octets[at + 2] === 0x6f &&
      octets[at + 3] === 0x6d &&
      octets[at + 4] === 0x20
    );
  }
  return octet === 0x0d || octet === 0x0a;
}

function endsLine(octets: Uint8Array, at: number): boolean {
  return at >= octets.length || (octets[at] === 0x0d && octets[at + 1] === 0x0a);
}

/** The columns of a whole character if `octet` leads one in UTF-8, else those of the octet. */
function characterWidth(octet: number): number {
  return octet >= 0xf0 ? 12 : octet >= 0xe0 ? 9 : octet >= 0xc0 ? 6 : 3;
}
