import { described } from "../text/options/shown-value.ts";
import type { Address } from "./address.ts";
import { AddressError } from "./address-error.ts";
import { Mailbox, type MailboxInput, toMailbox } from "./mailbox.ts";

/** An envelope as plain data. */
export interface EnvelopeFields {
  /** The reverse-path; `null` is the null sender, of bounces. */
  readonly from: MailboxInput | null;
  /** The recipients, at least one. */
  readonly to: readonly MailboxInput[];
}

/**
 * The sender and the recipients that are given to the server (RFC 5321 2.3.1); immutable. The header of the mail may
 * name others.
 *
 * @example
 * ```ts
 * Envelope.of("bounces@example.org", ["jane@example.net", "jo@example.net"]);
 * Envelope.of(null, ["jane@example.net"]); // the null sender: a mail that must not bounce
 * ```
 */
export class Envelope {
  /** The address for delivery failures; `null` is the null reverse-path `<>`. */
  readonly from: Address | null;
  /**
   * The recipients without duplicates, in the given order; at least one, except in the report of a mail without any.
   */
  readonly to: readonly Address[];
  readonly #international: boolean;

  // Not for callers: the recipients must be distinct and frozen.
  private constructor(key: symbol, from: Address | null, to: readonly Address[]) {
    if (key !== internal) throw new AddressError("use Envelope.of to make an envelope");
    this.from = from;
    this.to = to;
    this.#international = from?.international === true || to.some((address) => address.international);
    Object.freeze(this);
  }

  /**
   * Makes an envelope. Names are dropped; of exact duplicates the first is kept. `A@x.example` and `a@x.example` are
   * two recipients: only their server can tell whether they are the same.
   *
   * @throws AddressError naming the field (`to[2]`), or if there is no recipient.
   */
  static of(from: MailboxInput | null, to: readonly MailboxInput[]): Envelope {
    if (from === "") {
      throw new AddressError("expected an address, got an empty string. The null sender is null", {
        field: "from",
      });
    }
    const sender = from === null ? null : toMailbox(from, "from").address;
    if (!Array.isArray(to)) {
      throw new AddressError(`expected an array, got ${described(to)}`, { field: "to", input: to });
    }
    if (to.length === 0)
      throw new AddressError("expected at least one recipient, got an empty array", { field: "to" });
    const recipients: Address[] = [];
    for (let at = 0; at < to.length; at++) recipients.push(recipient(to[at] as MailboxInput, at));
    return new Envelope(internal, sender, distinct(recipients));
  }

  /** @internal The envelope in the report of a mail that has none. */
  static get none(): Envelope {
    return new Envelope(internal, null, Object.freeze([]));
  }

  /** Whether `value` is an envelope. An object from JSON that looks like one is not. */
  static is(value: unknown): value is Envelope {
    return typeof value === "object" && value !== null && #international in value;
  }

  /** Whether an address has a non-ASCII local part, so that the server must offer SMTPUTF8 (RFC 6531). */
  get international(): boolean {
    return this.#international;
  }

  /** The addresses as strings. */
  toJSON(): { from: string | null; to: string[] } {
    return { from: this.from === null ? null : this.from.toString(), to: this.to.map(String) };
  }
}

const internal: unique symbol = Symbol("Envelope");

function recipient(input: MailboxInput, index: number): Address {
  return Mailbox.is(input) ? input.address : toMailbox(input, `to[${index}]`).address;
}

/** The addresses without duplicates. */
function distinct(addresses: readonly Address[]): readonly Address[] {
  if (addresses.length === 1) return Object.freeze(addresses);
  const seen = new Set<string>();
  const first = addresses.filter((address) => {
    const before = seen.size;
    return seen.add(address.toString()).size > before;
  });
  return Object.freeze(first);
}
