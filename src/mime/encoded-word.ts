import { foldAt } from "./fold.ts";

/** The most characters of an encoded word (RFC 2047 section 2). */
const maxLength = 75;
const opening = "=?UTF-8?";
/** The opening, the encoding with its question mark, and `?=`. */
const overhead = opening.length + 2 + 2;

/** What may stand as it is in a Q encoded word: in running text, and in a phrase (RFC 2047 section 5). */
const textSafe = /^[!-<>@-^`-~]$/;
const phraseSafe = /^[A-Za-z0-9!*+/-]$/;

/**
 * Writes text as encoded words (RFC 2047), Q or B, whichever is shorter: each at most 75 characters, none cutting a
 * character in two. White space at their ends and between them belongs to the text, so it survives.
 *
 * @param where `"phrase"` for display names, where fewer characters may stand as they are
 * @param column how much of the line is taken in front of the first word, which is made to fit
 */
export function encodedWords(text: string, where: "text" | "phrase", column: number): string[] {
  const safe = where === "phrase" ? phraseSafe : textSafe;
  let quoted = 0;
  let octets = 0;
  const characters = Array.from(text, (character) => {
    const q = toQ(character, safe);
    quoted += q.length;
    const length = utf8Length(character);
    octets += length;
    return { character, q, length };
  });
  const words: string[] = [];
  let room = Math.max(Math.min(maxLength, foldAt - column), 32) - overhead;
  if (quoted <= Math.ceil(octets / 3) * 4) {
    let word = "";
    for (const { q } of characters) {
      if (word.length + q.length > room) {
        words.push(`${opening}Q?${word}?=`);
        word = "";
        room = maxLength - overhead;
      }
      word += q;
    }
    words.push(`${opening}Q?${word}?=`);
    return words;
  }
  let word = "";
  let size = 0;
  for (const { character, length } of characters) {
    if (Math.ceil((size + length) / 3) * 4 > room) {
      words.push(`${opening}B?${Buffer.from(word).toString("base64")}?=`);
      word = "";
      size = 0;
      room = maxLength - overhead;
    }
    word += character;
    size += length;
  }
  words.push(`${opening}B?${Buffer.from(word).toString("base64")}?=`);
  return words;
}

function toQ(character: string, safe: RegExp): string {
  if (safe.test(character)) return character;
  if (character === " ") return "_";
  let q = "";
  for (const octet of Buffer.from(character))
    q += `=${octet < 16 ? "0" : ""}${octet.toString(16).toUpperCase()}`;
  return q;
}

function utf8Length(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
