/** The characters of an atom (RFC 5322 3.2.3), as the inside of a character class; `-` is to stay last. */
export const atomCharacters: string = "\\w!#$%&'*+/=?^`{|}~-";

/**
 * The same with all beyond ASCII (RFC 6532 3.2). Of that, what may stand nowhere is refused before anything is read.
 */
export const wideAtomCharacters: string = `\\u0080-\\uffff${atomCharacters}`;

/** Atoms with `separator` between them, as part of a regular expression without the `u` flag. */
export function atomsBetween(separator: string, characters: string): string {
  return `[${characters}]+(?:${separator}[${characters}]+)*`;
}
