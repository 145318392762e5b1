import { Group } from "../address/group.ts";
import type { Mailbox } from "../address/mailbox.ts";
import { fold, foldAt } from "./fold.ts";
import { Header } from "./header.ts";
import { phrase } from "./phrase.ts";

/**
 * A header of mailboxes and groups (RFC 5322 section 3.4): From, To and their kin. Folded between mailboxes, and
 * between the words of a name where it must be; never inside a quoted name or an address.
 */
export function mailboxHeader(name: string, list: readonly (Mailbox | Group)[]): Header {
  const value = (): string => list.join(", ");
  const only = list.length === 1 ? list[0] : undefined;
  if (only !== undefined && !Group.is(only) && only.name === undefined) {
    const address = only.address.toString();
    if (name.length + 2 + address.length <= foldAt)
      return Header.formatted(name, value, `${name}: ${address}`);
  }
  const lines = (utf8: boolean): string => fold(name, tokensOf(list, name.length + 2, utf8));
  return Header.formatted(name, value, lines(false), () => lines(true));
}

function tokensOf(list: readonly (Mailbox | Group)[], firstColumn: number, utf8: boolean): string[] {
  const tokens: string[] = [];
  for (const [index, item] of list.entries()) {
    const column = index === 0 ? firstColumn : 1;
    if (Group.is(item)) pushGroup(tokens, item, column, utf8);
    else pushMailbox(tokens, item, column, utf8);
    if (index < list.length - 1) append(tokens, ",");
  }
  return tokens;
}

function pushGroup(tokens: string[], group: Group, column: number, utf8: boolean): void {
  tokens.push(...phrase(group.name, column, utf8));
  // An encoded word stands alone between white space (RFC 2047 section 5).
  if (tokens.at(-1)?.endsWith("?=") === true) tokens.push(" :");
  else append(tokens, ":");
  for (const [index, member] of group.members.entries()) {
    pushMailbox(tokens, member, 1, utf8);
    if (index < group.members.length - 1) append(tokens, ",");
  }
  append(tokens, ";");
}

function pushMailbox(tokens: string[], { name, address }: Mailbox, column: number, utf8: boolean): void {
  if (name === undefined) {
    tokens.push(` ${address}`);
    return;
  }
  for (const token of phrase(name, column, utf8)) tokens.push(token);
  tokens.push(` <${address}>`);
}

/** Puts a separator behind the last token, from which it must not be cut. */
function append(tokens: string[], separator: string): void {
  tokens[tokens.length - 1] += separator;
}
