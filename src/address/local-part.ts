import { AddressError } from "./address-error.ts";
import { atomsBetween, wideAtomCharacters } from "./atom.ts";

/**
 * Writes a local part as it goes on the wire: as it is where the grammar lets it, else as a quoted string
 * (RFC 5321 4.1.2, with the characters of RFC 6531 3.3).
 *
 * @throws AddressError if it is empty, or longer than 64 octets as written (RFC 5321 4.5.3.1.1).
 */
export function formatLocalPart(localPart: string): string {
  const place = { input: localPart, position: 0 };
  if (localPart === "") throw new AddressError("the part before the @ is missing", place);
  const written = dotString.test(localPart) ? localPart : quoted(localPart);
  // The length in UTF-16 units is a lower bound that spares counting the octets of what is far too long.
  const octets = written.length > 64 ? written.length : Buffer.byteLength(written);
  if (octets > 64) throw new AddressError(`a local part has at most 64 octets, not ${octets}`, place);
  return written;
}

/** Writes text as a quoted string (RFC 5322 3.2.4). */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

const dotString: RegExp = new RegExp(`^${atomsBetween("\\.", wideAtomCharacters)}$`);
