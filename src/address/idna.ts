import { domainToASCII } from "node:url";
import punycode from "punycode.js";

/**
 * The A-label form of a domain name with non-ASCII characters (UTS 46, non-transitional), or `undefined` if it has
 * none.
 *
 * The mapping tables are those of Node, which differ between its versions. Two differences would send a mail to another
 * domain; here both follow the current UTS 46: `ẞ` (U+1E9E) is mapped to `ß` (to `ss` before Unicode 15.1,
 * and in Node 20 and 22), and the text is brought to NFC first, which Node 24 leaves undone in some sequences. All
 * other differences only refuse: characters newer than the tables of the running Node.
 *
 * `text` must not contain ASCII other than letters, digits, `-`, `_` and dots: Node parses URL hosts here, and would
 * decode `%41` and cut at `/`. The result must be checked like any other name.
 */
export function toAscii(text: string): string | undefined {
  if (text.length > longestSpelling) return undefined;
  const name = domainToASCII(text.normalize("NFC").replaceAll("\u1e9e", "\u00df"));
  return name === "" ? undefined : name;
}

// A spelling is longer than its name if characters are removed by the mapping; no sensible name needs more than this.
// The limit keeps the input of Punycode small, because its time is quadratic.
const longestSpelling = 1024;

/** The U-label form of a canonical name, for people. */
export function toUnicode(name: string): string {
  return name.includes("xn--") ? punycode.toUnicode(name) : name;
}

/**
 * Whether `label`, which begins with `xn--`, is the A-label of its own U-label: it decodes, and the result needs no
 * mapping, encodes to the same, and has neither hyphens at its ends nor ASCII that names must not contain (RFC 5891
 * 4.2.3.1, 5.4).
 */
export function isALabel(label: string): boolean {
  let decoded: string;
  try {
    decoded = punycode.toUnicode(label);
  } catch {
    return false;
  }
  return !/^-|-$|[\0-,/:-@[-^`{-\x7f]/.test(decoded) && toAscii(decoded) === label;
}
