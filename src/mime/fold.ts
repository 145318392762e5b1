import { maxLineOctets } from "../text/lines.ts";
import { MessageError } from "./message-error.ts";

/** The width to which lines are folded if possible: RFC 2047 section 2 allows 76 characters, RFC 5322 78. */
export const foldAt = 76;

/**
 * Joins tokens to a header field, folding between them (RFC 5322 section 2.2.3).
 *
 * A token is never cut. Each begins with the white space that separates it from the one before; the fold is put in
 * front of that white space, so that unfolding restores the text exactly.
 *
 * @returns the field without CRLF at its end.
 * @throws MessageError if a token is too long for a line.
 */
export function fold(name: string, tokens: readonly string[]): string {
  let field = `${name}:`;
  let column = field.length;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as string;
    // The first line is not left empty: some readers take an empty first line for the end of the field.
    // An encoded word that does not fit behind a long name leaves no choice: its line has 76 characters (RFC 2047 2).
    const most = index === 0 && !token.startsWith(" =?") ? maxLineOctets : foldAt;
    const breakHere = index === 0 ? exceeds(token, most - column) : column + token.length > foldAt;
    if (breakHere) {
      field += "\r\n";
      column = 0;
      if (exceeds(token, maxLineOctets)) {
        throw new MessageError(`${name}: a word of ${token.length - 1} characters does not fit in a line`, {
          field: name,
        });
      }
    }
    field += token;
    column += token.length;
  }
  return field;
}

/** Whether a word has more octets than that. They are counted only if its length does not tell. */
export function exceeds(word: string, most: number): boolean {
  if (word.length * 3 <= most) return false;
  return word.length > most || Buffer.byteLength(word, "utf8") > most;
}
