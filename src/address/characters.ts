import { described } from "../text/options/shown-value.ts";
import { AddressError } from "./address-error.ts";

/**
 * Refuses characters that no address, name or domain may contain: control characters (CR, LF and NUL among them),
 * line and paragraph separators, characters that change the direction of text, and lone surrogates.
 *
 * Control characters could end the command or header with the text (RFC 5321 4.1.2, RFC 5322 3.2.3); direction
 * characters make an address look like another one (RFC 6532 leaves the decision to implementations). The tab is
 * allowed: between words it is white space.
 *
 * @throws AddressError with the position, if `text` is not a string or contains one of these.
 */
export function checkCharacters(text: unknown, what: string): asserts text is string {
  if (typeof text !== "string") {
    throw new AddressError(`expected ${what} as a string, got ${described(text)}`, { input: text });
  }
  const position = text.search(forbidden);
  if (position < 0) return;
  const code = text.codePointAt(position) ?? 0;
  throw new AddressError(
    `${what} must not contain ${kindOfCharacter(code)} (${codePoint(code)}); remove it`,
    {
      input: text,
      position,
    },
  );
}

/** How Unicode writes a code point: `U+00AD`. */
export function codePoint(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

// With the u flag a surrogate range matches only those that have no partner.
const forbidden: RegExp =
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u;

function kindOfCharacter(code: number): string {
  if (code === 0x0d || code === 0x0a || code === 0x2028 || code === 0x2029) return "a line break";
  if (code < 0xa0) return "a control character";
  return code >= 0xd800 && code <= 0xdfff
    ? "half of a surrogate pair"
    : "a character that changes the direction of text";
}
