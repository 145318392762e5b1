/** Quoted-printable (RFC 2045 section 6.7). */

/** The most characters in a line without its CRLF; the last one is for a soft line break unless the line ends. */
const maxLine = 76;
const hex = Buffer.from("0123456789ABCDEF");

/** 0 for octets that need no encoding except at the ends of lines. */
const special = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet === 0x09 || (octet >= 0x20 && octet < 0x7f && octet !== 0x3d) ? 0 : 1,
);

/**
 * Encodes octets as quoted-printable. CRLF is a line end; a lone CR or LF is an octet like others. No line is longer
 * than 76 characters, none ends in white space, none begins with `From `, and no soft line break cuts a UTF-8
 * character.
 *
 * @param limit how many octets it may take
 * @param target memory to write to, of the size that {@link quotedPrintableRoom} returns
 * @returns `undefined` if it takes more.
 */
export function encodeQuotedPrintable(
  octets: Uint8Array,
  limit: number = longest(octets.length),
  target: Buffer = Buffer.allocUnsafe(quotedPrintableRoom(limit)),
): Buffer | undefined {
  const { length } = octets;
  const read = new DataView(octets.buffer, octets.byteOffset, length);
  const write = new DataView(target.buffer, target.byteOffset, target.length);
  let out = 0;
  let lineStart = 0;
  let at = 0;
  while (at < length) {
    if (out > limit) return undefined;
    if (out === lineStart && startsFrom(octets, at)) out = writeEscape(target, out, octets[at++] as number);
    // Most octets are written here: they fit in the line with room for a soft line break, and do not end it.
    const edge = lineStart + maxLine;
    for (;;) {
      const stop = Math.min(length, at + edge - 1 - out);
      for (; at + 4 <= stop && arePlain(read.getInt32(at)); at += 4, out += 4)
        write.setInt32(out, read.getInt32(at));
      while (at < stop && special[octets[at] as number] === 0) target[out++] = octets[at++] as number;
      if (at === stop) break;
      const octet = octets[at] as number;
      if (octet === 0x0d || out + characterWidth(octet) >= edge) break;
      out = writeEscape(target, out, octet);
      at++;
    }
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
  return out > limit ? undefined : target.subarray(0, out);
}

/** The memory that a limit needs, including what one round of the loop may write before it checks the limit. */
export function quotedPrintableRoom(limit: number): number {
  return limit + 2 * maxLine;
}

/** The length if every octet is escaped and every line is broken as early as possible. */
function longest(length: number): number {
  return length * 3 + Math.ceil((length * 3) / (maxLine - 12)) * 3;
}

/**
 * Whether four octets, as one number, are printable ASCII and none is "=". If one is not, its highest bit is set in one
 * of these terms.
 */
function arePlain(four: number): boolean {
  const unlike = four ^ 0x3d3d3d3d;
  return ((four | (four - 0x20202020) | (four + 0x01010101) | (unlike - 0x01010101)) & 0x80808080) === 0;
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

/** Mailbox files change a line that begins with `From `. */
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
