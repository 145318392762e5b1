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

/** A text as lines, and whether mail servers take them, and leave them as they are. */
export interface Lines {
  /** The text with CRLF at the end of each line; the text as it was given if it has no bare LF. */
  readonly text: string;
  /** Whether they are valid SMTP lines: without NUL and bare CR, at most 998 octets each. */
  readonly whole: boolean;
  /** Whether one ends in a space, which relays strip. */
  readonly spaced: boolean;
  /** Whether one ends in a tab, or begins with `From `, which mailbox files change. */
  readonly changeable: boolean;
  /** How many line ends there are. */
  readonly count: number;
}

/**
 * Makes lines of a text, and inspects them, in one pass.
 *
 * @param octetsPerUnit the most octets that one UTF-16 unit takes: 1 for ASCII and for octets as Latin-1, else 3
 */
export function toLines(text: string, octetsPerUnit: 1 | 3 = 1): Lines {
  const mayEndInCr = text.includes("\r");
  let whole = !text.includes("\0") && !(mayEndInCr && hasLoneCr(text));
  let [bare, spaced, changeable] = [false, false, false];
  let count = 0;
  for (let start = 0; start < text.length; ) {
    const lf = text.indexOf("\n", start);
    const isTerminated = lf >= 0;
    let end = isTerminated ? lf : text.length;
    if (isTerminated) {
      count++;
      if (mayEndInCr && end > start && text.charCodeAt(end - 1) === CR) end--;
      else bare = true;
    }
    if ((end - start) * octetsPerUnit > maxLineOctets && tooLong(text.slice(start, end), octetsPerUnit))
      whole = false;
    const last = end > start ? text.charCodeAt(end - 1) : 0;
    if (last === SPACE) spaced = true;
    else if (last === TAB) changeable = true;
    if (text.charCodeAt(start) === UPPER_F && text.startsWith("From ", start)) changeable = true;
    if (!isTerminated) break;
    start = lf + 1;
  }
  return { text: bare ? toCrlf(text) : text, whole, spaced, changeable, count };
}

/**
 * Whether no server has a reason to change the lines.
 *
 * @param flowed whether spaces at line ends are allowed (RFC 3676 section 4.2)
 */
export function hasSafeEdges({ spaced, changeable }: Lines, flowed = false): boolean {
  return !changeable && (flowed || !spaced);
}

/** Whether a text is ASCII. Quicker than a regular expression, which looks at one character after another. */
export function isAsciiText(text: string): boolean {
  // Most text that is not ASCII shows it at once, and to count its octets takes long.
  const glance = Math.min(text.length, GLANCE);
  for (let at = 0; at < glance; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return Buffer.byteLength(text) === text.length;
}

const GLANCE = 128;
const SPACE = 0x20;
const TAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;
const UPPER_F = 0x46;

function tooLong(line: string, octetsPerUnit: 1 | 3): boolean {
  return octetsPerUnit === 1 || Buffer.byteLength(line, "utf8") > maxLineOctets;
}

function hasLoneCr(text: string): boolean {
  for (let at = text.indexOf("\r"); at >= 0; at = text.indexOf("\r", at + 1)) {
    if (text.charCodeAt(at + 1) !== LF) return true;
  }
  return false;
}
