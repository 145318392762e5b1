import { Group } from "../address/group.ts";
import type { Mailbox } from "../address/mailbox.ts";
import { encodedWords } from "./encoded-word.ts";
import { fold, foldAt } from "./fold.ts";
import { Header } from "./header.ts";

/**
 * A header of mailboxes and groups (RFC 5322 section 3.4): From, To and their kin. Folded between mailboxes, and between
 * the words of a name where it must be; never inside a quoted name or an address.
 */
export function mailboxHeader(name: string, list: readonly (Mailbox | Group)[]): Header {
  const value = (): string => list.join(", ");
  const only = list.length === 1 ? list[0] : undefined;
  if (only !== undefined && !Group.is(only) && only.name === undefined) {
    const address = only.address.toString();
    if (name.length + 2 + address.length <= foldAt)
      return Header.formatted(name, value, `${name}: ${address}`);
  }
  const tokens: string[] = [];
  for (const [index, item] of list.entries()) {
    const column = index === 0 ? name.length + 2 : 1;
    if (Group.is(item)) pushGroup(tokens, item, column);
    else pushMailbox(tokens, item, column);
    if (index < list.length - 1) append(tokens, ",");
  }
  return Header.formatted(name, value, fold(name, tokens));
}

function pushGroup(tokens: string[], group: Group, column: number): void {
  tokens.push(...phrase(group.name, column));
  append(tokens, ":");
  for (const [index, member] of group.members.entries()) {
    pushMailbox(tokens, member, 1);
    if (index < group.members.length - 1) append(tokens, ",");
  }
  append(tokens, ";");
}

function pushMailbox(tokens: string[], { name, address }: Mailbox, column: number): void {
  if (name === undefined) {
    tokens.push(` ${address}`);
    return;
  }
  tokens.push(...phrase(name, column), ` <${address}>`);
}

/** Puts a separator behind the last token, from which it must not be cut. */
function append(tokens: string[], separator: string): void {
  tokens[tokens.length - 1] += separator;
}

const atoms = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const quotable = /^[ -~]*$/;
/** A quoted name is never cut, so a longer one is written as encoded words, which may be folded between. */
const maxQuoted = 200;

/** A display name (RFC 5322 `phrase`): atoms, else a quoted string, else encoded words. */
function phrase(name: string, column: number): string[] {
  const literal = quotable.test(name) && !name.includes("=?") && name.length <= maxQuoted;
  if (literal && atoms.test(name)) return name.split(" ").map((word) => ` ${word}`);
  if (literal) return [` "${name.replace(/["\\]/g, "\\$&")}"`];
  return encodedWords(name, "phrase", column).map((word) => ` ${word}`);
}
