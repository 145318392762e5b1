import { Group } from "../address/group.ts";
import type { Mailbox } from "../address/mailbox.ts";
import { fold, foldAt } from "./fold.ts";
import { Header } from "./header.ts";
import { phrase } from "./phrase.ts";

/**
 * Makes a header of mailboxes and groups (RFC 5322 section 3.4), such as From or To. It is folded between mailboxes,
 * and if necessary between the words of a name; never inside a quoted name or an address.
 */
export function mailboxHeader(name: string, list: readonly (Mailbox | Group)[]): Header {
  const only = list.length === 1 ? list[0] : undefined;
  if (only !== undefined && !Group.is(only) && only.name === undefined) {
    const address = only.address.toString();
    if (name.length + 2 + address.length <= foldAt)
      return Header.formatted(name, address, `${name}: ${address}`);
  }
  const value = (): string => list.join(", ");
  const lines = (utf8: boolean): string => fold(name, tokensOf(list, name.length + 2, utf8));
  return Header.formatted(name, value, lines(false), () => lines(true));
}

function tokensOf(list: readonly (Mailbox | Group)[], firstColumn: number, utf8: boolean): string[] {
  const tokens: string[] = [];
  const last = list.length - 1;
  for (let index = 0; index <= last; index++) {
    // The condition of the loop guarantees an element at this index.
    const item = list[index] as Mailbox | Group;
    const column = index === 0 ? firstColumn : 1;
    const separator = index < last ? "," : "";
    if (Group.is(item)) pushGroup(tokens, item, column, separator, utf8);
    else pushMailbox(tokens, item, column, separator, utf8);
  }
  return tokens;
}

function pushGroup(
  tokens: string[],
  { name, members }: Group,
  column: number,
  separator: string,
  utf8: boolean,
): void {
  for (const token of phrase(name, column, utf8)) tokens.push(token);
  // White space must surround an encoded word (RFC 2047 section 5).
  if (tokens.at(-1)?.endsWith("?=") === true) tokens.push(" :");
  else append(tokens, ":");
  for (const [index, member] of members.entries())
    pushMailbox(tokens, member, 1, index < members.length - 1 ? "," : "", utf8);
  append(tokens, `;${separator}`);
}

/** @param separator follows the mailbox, and is never cut from it */
function pushMailbox(
  tokens: string[],
  { name, address }: Mailbox,
  column: number,
  separator: string,
  utf8: boolean,
): void {
  if (name === undefined) {
    tokens.push(` ${address.toString()}${separator}`);
    return;
  }
  for (const token of phrase(name, column, utf8)) tokens.push(token);
  tokens.push(` <${address.toString()}>${separator}`);
}

function append(tokens: string[], text: string): void {
  tokens[tokens.length - 1] += text;
}
