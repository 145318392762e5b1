import { AddressError } from "./address-error.ts";
import { atomsBetween, wideAtomCharacters } from "./atom.ts";
import { checkCharacters } from "./characters.ts";
import { quoted } from "./local-part.ts";

/**
 * Checks the name of a mailbox or a group: any text without control characters; a tab is one too.
 *
 * @throws AddressError if the name contains one.
 */
export function checkDisplayName(name: string): void {
  checkCharacters(name, "a name");
  const tab = name.indexOf("\t");
  if (tab >= 0) throw new AddressError("a tab in a name; write a space", { input: name, position: tab });
}

/** Writes a name as a phrase (RFC 5322 3.2.5): unquoted if its words are atoms, else as a quoted string. */
export function formatDisplayName(name: string): string {
  return phrase.test(name) ? name : quoted(name);
}

const phrase: RegExp = new RegExp(`^${atomsBetween(" ", wideAtomCharacters)}$`);
