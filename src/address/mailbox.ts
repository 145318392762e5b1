import { checkNames } from "../text/options/known-names.ts";
import { described } from "../text/options/shown-value.ts";
import { Address } from "./address.ts";
import { AddressError } from "./address-error.ts";
import { checkDisplayName, formatDisplayName } from "./display-name.ts";
import { parseMailbox, parseUsualMailbox } from "./mailbox-parser.ts";

/** An address and a name as plain data, such as a row of a database. Other properties are refused. */
export interface MailboxFields {
  /** The address alone: `jane@example.org`. */
  readonly address: string | Address;
  /** The name, as people write it; an empty name counts as absent. */
  readonly name?: string | undefined;
}

/** The accepted forms of a mailbox. A string is exactly one mailbox: for a list use an array or `Mailboxes.parse`. */
export type MailboxInput = string | Address | Mailbox | MailboxFields;

/**
 * An address, with the name of its owner if there is one; immutable (RFC 5322 3.4).
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
  /** The name of the owner, decoded, if there is one. */
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
   * Comments are skipped, also one with a name, as in the old form `jane@example.org (Jane)`. Words that look like
   * encoded words (RFC 2047) are taken literally.
   *
   * @throws AddressError naming the position; also for a list of two or more.
   */
  static parse(text: string): Mailbox {
    const usual = parseUsualMailbox(text);
    if (usual === undefined && typeof text === "string" && !beyondAddress.test(text)) {
      return new Mailbox(internal, Address.parse(text), undefined);
    }
    const { address, name } = usual ?? parseMailbox(text);
    return new Mailbox(internal, address, name);
  }

  /**
   * Makes a mailbox of an address and a name; an empty name counts as absent.
   *
   * @throws AddressError if the address is not valid, or the name has control or direction characters.
   */
  static of(address: string | Address, name?: string): Mailbox {
    if (name !== undefined) checkDisplayName(name);
    const parsed = Address.is(address) ? address : Address.parse(address);
    return new Mailbox(internal, parsed, name === "" ? undefined : name);
  }

  /** Whether `value` is a mailbox. An object from JSON that looks like one is not. */
  static is(value: unknown): value is Mailbox {
    return typeof value === "object" && value !== null && #genuine in value;
  }

  /** Whether `other` has the same address and the same name. */
  equals(other: Mailbox): boolean {
    return this.name === other.name && this.address.equals(other.address);
  }

  /** The mailbox as people write it; {@link Mailbox.parse} reads it. A non-ASCII name is not encoded. */
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

// A text without these characters can only be an address.
const beyondAddress: RegExp = /[\s()<>,:;"[\\]/;

/**
 * Reads one of the accepted forms of a mailbox.
 *
 * @param field the name of the value in errors.
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

/** Whether a value is plain data with an address, and not an instance of a class. */
function isPlain(input: unknown): input is MailboxFields {
  if (typeof input !== "object" || input === null || !Object.hasOwn(input, "address")) return false;
  const prototype: unknown = Object.getPrototypeOf(input);
  return prototype === Object.prototype || prototype === null;
}

function fromFields(fields: MailboxFields): Mailbox {
  checkNames(
    fields,
    { address: true, name: true },
    (problem) => new AddressError(problem, { input: fields }),
  );
  return Mailbox.of(fields.address, fields.name);
}

function notAMailbox(input: unknown, field: string | undefined): AddressError {
  const got = described(input);
  return new AddressError(`expected a string, { name, address }, an Address or a Mailbox, got ${got}`, {
    field,
    input,
  });
}
