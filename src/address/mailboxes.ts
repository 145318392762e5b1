import { Group } from "./group.ts";
import { Mailbox } from "./mailbox.ts";
import { type ParsedMailbox, parseList } from "./mailbox-parser.ts";

/**
 * Lists of mailboxes (the address-list of RFC 5322 3.4): separated by commas, with groups. `parse` reads what
 * people write: it also accepts semicolons and empty elements. `parseWithGroups` accepts only what the RFC allows.
 *
 * @example
 * ```ts
 * Mailboxes.parse('Jane <jane@example.org>, "Doe, Jo" <jo@example.org>'); // two mailboxes
 * Mailboxes.parse("jane@example.org; jo@example.org;"); // two mailboxes, as Outlook shows them
 * Mailboxes.parse("team: jane@example.org, jo@example.org;"); // its two members
 * Mailboxes.parseWithGroups("team: jane@example.org;"); // one Group
 * ```
 */
export const Mailboxes: {
  /**
   * Reads a list that a person wrote; of a group, its members, in place.
   *
   * Elements may be empty (`a@b.example,, c@d.example,`), and outside groups a semicolon separates like a comma. Inside
   * a group it is the end of the group.
   *
   * @throws AddressError naming the position; also for a list without any element.
   */
  parse(text: string): readonly Mailbox[];
  /**
   * Reads a list, keeping groups. Only commas separate, and no element may be empty.
   *
   * @throws AddressError naming the position; also for an empty list, and if an address is missing between commas.
   */
  parseWithGroups(text: string): readonly (Mailbox | Group)[];
} = Object.freeze({
  parse(text: string): readonly Mailbox[] {
    return Object.freeze(
      parseList(text, "by a person").flatMap((entry) =>
        "members" in entry ? entry.members.map(mailbox) : mailbox(entry),
      ),
    );
  },
  parseWithGroups(text: string): readonly (Mailbox | Group)[] {
    return Object.freeze(
      parseList(text, "by a program").map((entry) =>
        "members" in entry ? Group.of(entry.name, entry.members.map(mailbox)) : mailbox(entry),
      ),
    );
  },
});

function mailbox({ address, name }: ParsedMailbox): Mailbox {
  return Mailbox.of(address, name);
}
