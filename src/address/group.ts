import { described } from "../text/options/shown-value.ts";
import { AddressError } from "./address-error.ts";
import { checkDisplayName, formatDisplayName } from "./display-name.ts";
import { Mailbox, type MailboxInput, toMailbox } from "./mailbox.ts";
import { parseGroup } from "./mailbox-parser.ts";

/** A mailbox or a group, for the fields in which RFC 5322 allows groups. */
export type RecipientInput = MailboxInput | Group;

/**
 * Mailboxes with a common name, immutable (RFC 5322 3.4). A group without members names nobody:
 * `undisclosed-recipients:;`.
 *
 * @example
 * ```ts
 * Group.of("team", ["jane@example.org", Mailbox.of("jo@example.org", "Jo")]).toString();
 * // "team: jane@example.org, Jo <jo@example.org>;"
 * ```
 */
export class Group {
  /** The name before the colon, decoded. */
  readonly name: string;
  /** The mailboxes; frozen. */
  readonly members: readonly Mailbox[];
  readonly #genuine: true = true;

  // Not for callers: the name must be valid, the members frozen.
  private constructor(key: symbol, name: string, members: readonly Mailbox[]) {
    if (key !== internal) throw new AddressError("use Group.parse or Group.of to make a group");
    this.name = name;
    this.members = members;
    Object.freeze(this);
  }

  /**
   * Reads one group: `team: jane@example.org, Jo <jo@example.org>;`.
   *
   * @throws AddressError naming the position.
   */
  static parse(text: string): Group {
    const { name, members } = parseGroup(text);
    return Group.of(
      name,
      members.map(({ address, name: of }) => Mailbox.of(address, of)),
    );
  }

  /**
   * Makes a group. @throws AddressError if the name is empty or has control characters, or a member is not a mailbox.
   */
  static of(name: string, members: readonly MailboxInput[]): Group {
    checkDisplayName(name);
    if (name === "") throw new AddressError("expected a name that is not empty", { field: "name" });
    if (!Array.isArray(members)) {
      throw new AddressError(`expected an array, got ${described(members)}`, {
        field: "members",
        input: members,
      });
    }
    return new Group(
      internal,
      name,
      Object.freeze(Array.from(members, (member, i) => toMailbox(member, `members[${i}]`))),
    );
  }

  /** Whether `value` is a group. */
  static is(value: unknown): value is Group {
    return typeof value === "object" && value !== null && #genuine in value;
  }

  /** The group as people write it; {@link Group.parse} reads it. */
  toString(): string {
    const members = this.members.length === 0 ? "" : ` ${this.members.join(", ")}`;
    return `${formatDisplayName(this.name)}:${members};`;
  }

  /** The same as `toString()`. */
  toJSON(): string {
    return this.toString();
  }
}

const internal: unique symbol = Symbol("Group");

/** The mailbox that `input` stands for, or the group that it is. @throws AddressError naming the field. */
export function toRecipient(input: RecipientInput, field: string): Mailbox | Group {
  return Group.is(input) ? input : toMailbox(input, field);
}
