/** The characters of an atom (RFC 5322 3.2.3), as the inside of a character class; `-` must stay last. */
export const atomCharacters: string = "\\w!#$%&'*+/=?^`{|}~-";

/**
 * The same with all non-ASCII characters (RFC 6532 3.2). Those that are never allowed are refused before reading.
 */
export const wideAtomCharacters: string = `\\u0080-\\uffff${atomCharacters}`;

/** Atoms with `separator` between them, as part of a regular expression without the `u` flag. */
export function atomsBetween(separator: string, characters: string): string {
  return `[${characters}]+(?:${separator}[${characters}]+)*`;
}
