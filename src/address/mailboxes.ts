import { type ParsedMailbox, parseList } from "./grammar.ts";
import { Group } from "./group.ts";
import { Mailbox } from "./mailbox.ts";

/**
 * Lists of mailboxes as people write them: commas between, groups allowed (the address-list of RFC 5322 3.4).
 *
 * @example
 * ```ts
 * Mailboxes.parse('Jane <jane@example.org>, "Doe, Jo" <jo@example.org>'); // two mailboxes
 * Mailboxes.parse("team: jane@example.org, jo@example.org;"); // its two members
 * Mailboxes.parseWithGroups("team: jane@example.org;"); // one Group
 * ```
 */
export const Mailboxes: {
  /**
   * Reads a list; of a group, its members, in place.
   *
   * @throws AddressError naming the position; also for an empty list, and where an address is missing between commas.
   */
  parse(text: string): readonly Mailbox[];
  /**
   * Reads a list, keeping groups.
   *
   * @throws AddressError as `parse` does.
   */
  parseWithGroups(text: string): readonly (Mailbox | Group)[];
} = Object.freeze({
  parse(text: string): readonly Mailbox[] {
    return Object.freeze(
      parseList(text).flatMap((entry) => ("members" in entry ? entry.members.map(mailbox) : mailbox(entry))),
    );
  },
  parseWithGroups(text: string): readonly (Mailbox | Group)[] {
    return Object.freeze(
      parseList(text).map((entry) =>
        "members" in entry ? Group.of(entry.name, entry.members.map(mailbox)) : mailbox(entry),
      ),
    );
  },
});

function mailbox({ address, name }: ParsedMailbox): Mailbox {
  return Mailbox.of(address, name);
}
