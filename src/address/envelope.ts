import type { Address } from "./address.ts";
import { AddressError, kindOf } from "./address-error.ts";
import { Mailbox, type MailboxInput, toMailbox } from "./mailbox.ts";

/** An envelope as plain data. */
export interface EnvelopeFields {
  /** The reverse-path; `null` is the null sender, of bounces. */
  readonly from: MailboxInput | null;
  /** The recipients, at least one. */
  readonly to: readonly MailboxInput[];
}

/**
 * Who a mail comes from and whom it goes to, as the server is told (RFC 5321 2.3.1); immutable. What the header says
 * is another matter.
 *
 * @example
 * ```ts
 * Envelope.of("bounces@example.org", ["jane@example.net", "jo@example.net"]);
 * Envelope.of(null, ["jane@example.net"]); // the null sender: a mail that must not bounce
 * ```
 */
export class Envelope {
  /** Where failures are reported; `null` is the null reverse-path `<>`. */
  readonly from: Address | null;
  /** Each once, in the order given; at least one, but where nothing was sent to anybody. */
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
   * The envelope of a sender and recipients. Names are left out; of exact duplicates the first stays.
   * `A@x.example` and `a@x.example` are two recipients: only their server knows better.
   *
   * @throws AddressError naming the field (`to[2]`), or if there is no recipient.
   */
  static of(from: MailboxInput | null, to: readonly MailboxInput[]): Envelope {
    if (from === "") {
      throw new AddressError("from: the sender is empty; null is the null sender <>", { input: from });
    }
    const sender = from === null ? null : toMailbox(from, "from").address;
    if (!Array.isArray(to)) {
      throw new AddressError(`the recipients are an array, not ${kindOf(to)}`, { field: "to", input: to });
    }
    if (to.length === 0) throw new AddressError("an envelope needs at least one recipient", { field: "to" });
    return new Envelope(internal, sender, distinct(Array.from(to, recipient)));
  }

  /** @internal The envelope of no mail, in what is told where there was none. */
  static get none(): Envelope {
    return new Envelope(internal, null, Object.freeze([]));
  }

  /** Whether `value` is an envelope; a look-alike, such as an object from JSON, is not. */
  static is(value: unknown): value is Envelope {
    return typeof value === "object" && value !== null && #international in value;
  }

  /** Whether an address of it has a local part beyond ASCII, so that the server must offer SMTPUTF8 (RFC 6531). */
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

/** Of the same address the first. */
function distinct(addresses: readonly Address[]): readonly Address[] {
  if (addresses.length === 1) return Object.freeze(addresses);
  const seen = new Set<string>();
  const first = addresses.filter((address) => {
    const before = seen.size;
    return seen.add(address.toString()).size > before;
  });
  return Object.freeze(first);
}
