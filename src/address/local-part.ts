import { AddressError } from "./address-error.ts";
import { atomsBetween, wideAtomCharacters } from "./atom.ts";
import { codePoint } from "./characters.ts";

/**
 * Writes a local part as it is sent: unchanged if the grammar allows it, else as a quoted string
 * (RFC 5321 4.1.2, with the characters of RFC 6531 3.3).
 *
 * A local part may be longer than the 64 octets of RFC 5321 4.5.3.1.1: VERP and SRS addresses of other senders are, and
 * their hosts accept them. The limit of 254 octets for the whole address applies instead. Local parts that envoi
 * generates must not exceed 64 octets.
 *
 * @throws AddressError if it is empty.
 */
export function formatLocalPart(localPart: string): string {
  if (localPart === "")
    throw new AddressError("the part before the @ is missing", { input: localPart, position: 0 });
  return dotString.test(localPart) ? localPart : quoted(localPart);
}

/**
 * Refuses characters that a name may contain but a local part may not, because two addresses would look the same: white
 * space other than the space of a quoted string, noncharacters, the replacement character U+FFFD (left by a failed
 * decoding), and what is not displayed (the Unicode property Default_Ignorable_Code_Point). U+200C and U+200D are
 * allowed, because Persian and Indic words are spelt with them. RFC 6532 leaves the choice to implementations.
 *
 * @param text A local part, with or without quoting.
 * @throws AddressError with the position.
 */
export function checkLocalPart(text: string): void {
  if (printableAscii.test(text)) return;
  const position = text.search(deceptive);
  if (position < 0) return;
  const code = text.codePointAt(position) ?? 0;
  throw new AddressError(
    `a local part must not contain ${kindOfDeceptive(String.fromCodePoint(code))} (${codePoint(code)}); remove it`,
    { input: text, position },
  );
}

/** Writes text as a quoted string (RFC 5322 3.2.4). */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

const dotString: RegExp = new RegExp(`^${atomsBetween("\\.", wideAtomCharacters)}$`);

const printableAscii: RegExp = /^[ -~]*$/;

const deceptive: RegExp =
  /(?![ \u200c\u200d])[\p{White_Space}\p{Noncharacter_Code_Point}\ufffd\p{Default_Ignorable_Code_Point}]/u;

function kindOfDeceptive(character: string): string {
  if (/\p{White_Space}/u.test(character)) return "white space";
  if (/\p{Noncharacter_Code_Point}/u.test(character)) return "a noncharacter";
  return character === "\ufffd" ? "the replacement character" : "an invisible character";
}
