import { checkNames } from "../text/known-names.ts";
import { Address } from "./address.ts";
import { AddressError, kindOf } from "./address-error.ts";
import { checkDisplayName, formatDisplayName } from "./display-name.ts";
import { parseMailbox, parseUsualMailbox } from "./grammar.ts";

/** An address and a name as plain data, such as a row of a database. No other property may be there. */
export interface MailboxFields {
  /** The address alone: `jane@example.org`. */
  readonly address: string | Address;
  /** The name, as people write it; without one, or if it is empty, the address stands alone. */
  readonly name?: string | undefined;
}

/** What stands for one mailbox. A string is exactly one: lists are arrays, or read by `Mailboxes.parse`. */
export type MailboxInput = string | Address | Mailbox | MailboxFields;

/**
 * An address, and the name of whoever it belongs to if there is one; immutable (RFC 5322 3.4).
 *
 * @example
 * ```ts
 * Mailbox.parse('"Doe, Jane" <jane@example.org>').name; // "Doe, Jane"
 * Mailbox.of("jane@example.org", "Doe, Jane").toString(); // '"Doe, Jane" <jane@example.org>'
 * ```
 */
export class Mailbox {
  /** The address itself. */
  readonly address: Address;
  /** Whose it is, decoded, where a name was given. */
  readonly name: string | undefined;
  readonly #genuine: true = true;

  // Not for callers: the name must be valid.
  private constructor(key: symbol, address: Address, name: string | undefined) {
    if (key !== internal) throw new AddressError("use Mailbox.parse or Mailbox.of to make a mailbox");
    this.address = address;
    this.name = name;
    Object.freeze(this);
  }

  /**
   * Reads one mailbox as people write it: `jane@example.org`, `Jane <jane@example.org>`, `"Doe, Jane" <...>`.
   *
   * Comments are skipped, also one that holds a name in the manner of old: `jane@example.org (Jane)`. Words that look
   * like encoded words (RFC 2047) are taken literally.
   *
   * @throws AddressError naming the position; also for a list of two or more.
   */
  static parse(text: string): Mailbox {
    if (typeof text === "string" && !beyondAddress.test(text)) {
      return new Mailbox(internal, Address.parse(text), undefined);
    }
    const { address, name } = parseUsualMailbox(text) ?? parseMailbox(text);
    return new Mailbox(internal, address, name);
  }

  /**
   * A mailbox of an address and a name; an empty name is none.
   *
   * @throws AddressError if the address is not one, or the name holds control or direction characters.
   */
  static of(address: string | Address, name?: string): Mailbox {
    if (name !== undefined) checkDisplayName(name);
    const parsed = Address.is(address) ? address : Address.parse(address);
    return new Mailbox(internal, parsed, name === "" ? undefined : name);
  }

  /** Whether `value` is a mailbox; a look-alike, such as an object from JSON, is not. */
  static is(value: unknown): value is Mailbox {
    return typeof value === "object" && value !== null && #genuine in value;
  }

  /** Whether `other` has the same address and the same name. */
  equals(other: Mailbox): boolean {
    return this.name === other.name && this.address.equals(other.address);
  }

  /** As people write it; {@link Mailbox.parse} reads it back. A name beyond ASCII stands as it is. */
  toString(): string {
    const address = this.address.toString();
    return this.name === undefined ? address : `${formatDisplayName(this.name)} <${address}>`;
  }

  /** The same as `toString()`. */
  toJSON(): string {
    return this.toString();
  }
}

const internal: unique symbol = Symbol("Mailbox");

// Without these a text can be nothing but an address.
const beyondAddress: RegExp = /[\s()<>,:;"[\\]/;

/**
 * The mailbox that `input` stands for.
 *
 * @param field what the caller calls it; errors bear the name.
 * @throws AddressError if it is not a mailbox: an object has `address`, `name` and nothing else.
 */
export function toMailbox(input: MailboxInput, field?: string): Mailbox {
  if (Mailbox.is(input)) return input;
  try {
    if (Address.is(input)) return Mailbox.of(input);
    if (typeof input === "string") return Mailbox.parse(input);
    if (isPlain(input)) return fromFields(input);
  } catch (error) {
    throw error instanceof AddressError ? error.inField(field) : error;
  }
  throw notAMailbox(input, field);
}

/** An object of no class that has an address: data. */
function isPlain(input: unknown): input is MailboxFields {
  if (typeof input !== "object" || input === null || !Object.hasOwn(input, "address")) return false;
  const prototype: unknown = Object.getPrototypeOf(input);
  return prototype === Object.prototype || prototype === null;
}

function fromFields(fields: MailboxFields): Mailbox {
  checkNames(fields, ["address", "name"], (problem) => new AddressError(problem, { input: fields }));
  return Mailbox.of(fields.address, fields.name);
}

function notAMailbox(input: unknown, field: string | undefined): AddressError {
  const kind = kindOf(input);
  return new AddressError(`expected a string, { name, address }, an Address or a Mailbox, got ${kind}`, {
    field,
    input,
  });
}
