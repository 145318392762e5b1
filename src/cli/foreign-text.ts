import { beginningOf } from "../text/beginning.ts";

/** The most characters of a text from elsewhere that a report shows. */
const MOST = 200;

/**
 * Text that a server or DNS chose, safe to print: control characters and line ends become spaces, directions and other
 * invisible characters go, and what is too long is cut.
 */
export function foreign(text: string, most: number = MOST): string {
  const cut = text.length > most * 4 ? text.slice(0, most * 4) : text;
  const plain = cut
    .replace(/[\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu, "")
    .replace(/[\p{Cc}\s\ufffd]+/gu, " ")
    .trim();
  return plain.length > most ? `${beginningOf(plain, most)}…` : plain;
}

/** The same in quotation marks. */
export function quoted(text: string, most?: number): string {
  return `"${foreign(text, most)}"`;
}
