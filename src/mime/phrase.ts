import { encodedWords } from "./encoded-word.ts";

/**
 * Writes a phrase (RFC 5322 section 3.2.5), such as the name of a mailbox, as atoms, a quoted string, or encoded words.
 *
 * @param column the length of the line before the phrase
 * @param utf8 whether non-ASCII characters may be left unencoded (RFC 6532)
 * @returns tokens for `fold`, each with a space in front.
 */
export function phrase(text: string, column: number, utf8 = false): string[] {
  const { atoms, quotable } = utf8 ? inUtf8 : inAscii;
  const literal = quotable.test(text) && !text.includes("=?") && text.length <= maxQuoted;
  if (literal && atoms.test(text)) return words(text);
  if (literal) return [` "${text.replace(/["\\]/g, "\\$&")}"`];
  return encodedWords(text, "phrase", column).map((word) => ` ${word}`);
}

/** The words of a text, each with its space. */
function words(text: string): string[] {
  const tokens: string[] = [];
  let start = 0;
  for (let end = text.indexOf(" "); end >= 0; end = text.indexOf(" ", start)) {
    tokens.push(` ${text.slice(start, end)}`);
    start = end + 1;
  }
  tokens.push(` ${text.slice(start)}`);
  return tokens;
}

/** A quoted string is never cut, so a longer text is written as encoded words, which can be folded. */
const maxQuoted = 200;

const inAscii = {
  atoms: /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/,
  quotable: /^[ -~]*$/,
};
const inUtf8 = {
  atoms:
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\p{L}\p{M}\p{N}-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~\p{L}\p{M}\p{N}-]+)*$/u,
  quotable: /^[ -~\u00a0-\u{10ffff}]*$/u,
};
