/** Lines of text: CRLF line ends, and content that a mail server could change or refuse. */

/** The most octets a line may have without its CRLF (RFC 5322 section 2.1.1). */
export const maxLineOctets = 998;

/**
 * Replaces every line end, LF or CRLF, by CRLF. A CR without LF is not a line end and is kept.
 *
 * @example
 * ```ts
 * toCrlf("a\nb\r\n"); // "a\r\nb\r\n"
 * ```
 */
export function toCrlf(text: string): string {
  if (!text.includes("\n")) return text;
  return text.includes("\r") ? text.replace(/\r?\n/g, "\r\n") : text.replaceAll("\n", "\r\n");
}

/**
 * Whether the text consists of valid SMTP lines: without NUL and bare CR or LF, at most 998 octets each.
 *
 * @param octetsPerUnit the most octets that one UTF-16 unit takes: 1 for ASCII and for octets as Latin-1, else 3
 */
export function hasWholeLines(text: string, octetsPerUnit: 1 | 3 = 1): boolean {
  if (text.includes("\0")) return false;
  for (let start = 0; start < text.length; ) {
    const lf = text.indexOf("\n", start);
    const end = lf < 0 ? text.length : lf - 1;
    if (lf >= 0 && (lf === start || text.charCodeAt(end) !== 0x0d)) return false;
    if ((end - start) * octetsPerUnit > maxLineOctets && tooLong(text.slice(start, end), octetsPerUnit))
      return false;
    start = end + 2;
  }
  return !hasLoneCr(text);
}

/**
 * Whether no server has a reason to change the lines: none ends in white space, which relays strip, and none begins
 * with `From `, which mailbox files change.
 *
 * @param flowed whether spaces at line ends are allowed (RFC 3676 section 4.2)
 */
export function hasSafeEdges(text: string, flowed = false): boolean {
  for (let start = 0; start < text.length; ) {
    const lf = text.indexOf("\n", start);
    const end = lf < 0 ? text.length : lf - 1;
    const last = end > start ? text.charCodeAt(end - 1) : 0;
    if ((last === 0x20 && !flowed) || last === 0x09) return false;
    if (text.charCodeAt(start) === 0x46 && text.startsWith("From ", start)) return false;
    start = end + 2;
  }
  return true;
}

function tooLong(line: string, octetsPerUnit: 1 | 3): boolean {
  return octetsPerUnit === 1 || Buffer.byteLength(line, "utf8") > maxLineOctets;
}

function hasLoneCr(text: string): boolean {
  for (let at = text.indexOf("\r"); at >= 0; at = text.indexOf("\r", at + 1)) {
    if (text.charCodeAt(at + 1) !== 0x0a) return true;
  }
  return false;
}
