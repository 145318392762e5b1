/** Quoted-printable (RFC 2045 section 6.7). */

/** The most characters in a line without its CRLF; the last is for a soft line break unless the line ends. */
const maxLine = 76;
const hex = Buffer.from("0123456789ABCDEF");

/** 1 for octets that are escaped wherever they stand, 2 for CR and LF, which need a look at their neighbours. */
const special = new Uint8Array(256).fill(1);
special.fill(0, 0x20, 0x7f);
special[0x3d] = 1;
special[0x09] = 0;
special[0x0d] = 2;
special[0x0a] = 2;

/** How many octets quoted-printable escapes wherever they stand. */
export function countEscapes(octets: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < octets.length; at++) count += (special[octets[at] as number] as number) & 1;
  return count;
}

/**
 * Encodes octets as quoted-printable. CRLF is a line end; a lone CR or LF is an octet like others. No line is longer
 * than 76 characters, none ends in white space, none begins with `From `, and no soft line break cuts a UTF-8 character.
 *
 * @param escapes what {@link countEscapes} says of the octets
 */
export function encodeQuotedPrintable(octets: Uint8Array, escapes: number = countEscapes(octets)): Buffer {
  const { length } = octets;
  let target = Buffer.allocUnsafe(estimate(length, escapes));
  let out = 0;
  let lineStart = 0;
  let at = 0;
  while (at < length) {
    if (target.length - out < 2 * maxLine) target = Buffer.concat([target], target.length * 2);
    if (out === lineStart && startsFrom(octets, at)) out = writeEscape(target, out, octets[at++] as number);
    // Nearly all octets go this way: no branch here but the loop's.
    const stop = Math.min(length, at + maxLine - 1 - (out - lineStart));
    while (at < stop && special[octets[at] as number] === 0) target[out++] = octets[at++] as number;

    if (endsLine(octets, at)) {
      out = escapeTrailingSpace(target, out, lineStart);
      if (at >= length) break;
      target[out++] = 0x0d;
      target[out++] = 0x0a;
      at += 2;
      lineStart = out;
      continue;
    }
    const octet = octets[at] as number;
    const column = out - lineStart;
    const width = special[octet] === 0 ? 1 : characterWidth(octet);
    const last = column + width === maxLine && endsLine(octets, at + 1) && octet !== 0x20 && octet !== 0x09;
    if (column + width >= maxLine && !last) {
      out = writeSoftBreak(target, out);
      lineStart = out;
    } else if (special[octet] === 0) {
      target[out++] = octet;
      at++;
    } else {
      out = writeEscape(target, out, octet);
      at++;
    }
  }
  return target.subarray(0, out);
}

/** Enough for all but texts of lone line ends and white space at line ends; these make the target grow. */
function estimate(length: number, escapes: number): number {
  const characters = length + 2 * escapes;
  return characters + Math.ceil(characters / 64) * 3 + 3 * maxLine;
}

/** White space before a line end is escaped, on a line of its own if there is no room. */
function escapeTrailingSpace(target: Buffer, end: number, lineStart: number): number {
  const octet = end > lineStart ? (target[end - 1] as number) : 0;
  if (octet !== 0x20 && octet !== 0x09) return end;
  const out = end - 1 - lineStart + 3 > maxLine ? writeSoftBreak(target, end - 1) : end - 1;
  return writeEscape(target, out, octet);
}

function writeEscape(target: Buffer, out: number, octet: number): number {
  target[out] = 0x3d;
  target[out + 1] = hex[octet >> 4] as number;
  target[out + 2] = hex[octet & 15] as number;
  return out + 3;
}

function writeSoftBreak(target: Buffer, out: number): number {
  target[out] = 0x3d;
  target[out + 1] = 0x0d;
  target[out + 2] = 0x0a;
  return out + 3;
}

/** Mailboxes in the manner of old change a line that begins with `From `. */
function startsFrom(octets: Uint8Array, at: number): boolean {
  return (
    octets[at] === 0x46 &&
    octets[at + 1] === 0x72 &&
    octets[at + 2] === 0x6f &&
    octets[at + 3] === 0x6d &&
    octets[at + 4] === 0x20
  );
}

function endsLine(octets: Uint8Array, at: number): boolean {
  return at >= octets.length || (octets[at] === 0x0d && octets[at + 1] === 0x0a);
}

/** The columns of a whole character if `octet` leads one in UTF-8, else those of the octet. */
function characterWidth(octet: number): number {
  return octet >= 0xf0 ? 12 : octet >= 0xe0 ? 9 : octet >= 0xc0 ? 6 : 3;
}
