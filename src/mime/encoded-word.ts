import { foldAt } from "./fold.ts";

/** The most characters of an encoded word (RFC 2047 section 2). */
const maxLength = 75;
const opening = "=?UTF-8?";
/** The opening, the encoding with its question mark, and `?=`. */
const overhead = opening.length + 2 + 2;

/**
 * How many characters Q takes for each ASCII character: one if it needs no encoding, in text and in a phrase (RFC 2047
 * section 5).
 */
const costs = {
  text: costsOf((character) => /[!-<>@-^`-~ ]/.test(character)),
  phrase: costsOf((character) => /[A-Za-z0-9!*+/ -]/.test(character)),
};

/**
 * Writes text as encoded words (RFC 2047), Q or B, whichever is shorter. Each has at most 75 characters, and no
 * character is cut in two. White space is encoded as well, so it is preserved.
 *
 * @param where `"phrase"` for display names, in which more characters must be encoded
 * @param column the length of the line before the first word
 * @param behind how many characters must follow each word on its line
 */
export function encodedWords(text: string, where: "text" | "phrase", column: number, behind = 0): string[] {
  const cost = costs[where];
  const { quoted, octets } = measure(text, cost);
  const inQ = quoted <= base64Length(octets);
  const whole = inQ ? quoted : base64Length(octets);
  const most = Math.min(maxLength, foldAt - 1 - behind);
  if (whole <= Math.min(most, foldAt - column - behind) - overhead) return [encodedWord(text, inQ, cost)];
  const words: string[] = [];
  let room = Math.max(Math.min(most, foldAt - column - behind), 32) - overhead;
  let start = 0;
  let size = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    const units = code > 0xffff ? 2 : 1;
    const length = utf8Length(code);
    const added = inQ ? (code < 0x80 ? (cost[code] as number) : 3 * length) : length;
    if ((inQ ? size + added : base64Length(size + added)) > room) {
      words.push(encodedWord(text.slice(start, at), inQ, cost));
      start = at;
      size = 0;
      room = most - overhead;
    }
    size += added;
    at += units;
  }
  words.push(encodedWord(text.slice(start), inQ, cost));
  return words;
}

/** How long the text is in Q, and how many octets it has in UTF-8. */
function measure(text: string, cost: Uint8Array): { quoted: number; octets: number } {
  let quoted = 0;
  let octets = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Each half of a surrogate pair counts for two of the four octets of its character.
    const length = unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
    octets += length;
    quoted += unit < 0x80 ? (cost[unit] as number) : 3 * length;
  }
  return { quoted, octets };
}

/** One word at a time is written here: making a buffer for each would take longer than encoding it. */
const scratch = Buffer.allocUnsafeSlow(maxLength);

function encodedWord(text: string, inQ: boolean, cost: Uint8Array): string {
  const length = writeUtf8(text);
  if (!inQ) return `${opening}B?${scratch.toString("base64", 0, length)}?=`;
  let word = `${opening}Q?`;
  for (let at = 0; at < length; at++) {
    const octet = scratch[at] as number;
    if (octet === 0x20) word += "_";
    else if (cost[octet] === 1) word += String.fromCharCode(octet);
    else word += `=${octet < 16 ? "0" : ""}${octet.toString(16).toUpperCase()}`;
  }
  return `${word}?=`;
}

/** Writes the few characters of a word to `scratch`, before a native encoder would begin, and returns their octets. */
function writeUtf8(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) {
      scratch[length++] = unit;
      continue;
    }
    const code = text.codePointAt(at) ?? 0;
    if (code > 0xffff) at++;
    const octets = utf8Length(code);
    scratch[length++] = (lead[octets] as number) | (code >> (6 * (octets - 1)));
    for (let left = octets - 2; left >= 0; left--) scratch[length++] = 0x80 | ((code >> (6 * left)) & 0x3f);
  }
  return length;
}

/** The bits that begin a character of so many octets. */
const lead = [0, 0, 0xc0, 0xe0, 0xf0];

function base64Length(octets: number): number {
  return Math.ceil(octets / 3) * 4;
}

function utf8Length(code: number): number {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

function costsOf(standsAsIs: (character: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (standsAsIs(String.fromCharCode(code)) ? 1 : 3));
}
