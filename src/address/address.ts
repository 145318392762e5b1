import { AddressError } from "./address-error.ts";
import { atomCharacters, atomsBetween } from "./atom.ts";
import { checkCharacters } from "./characters.ts";
import { canonicalDomain, displayDomain, plainName } from "./domain.ts";
import { checkLocalPart, formatLocalPart } from "./local-part.ts";
import { Scanner } from "./scanner.ts";

/**
 * One address, `local@domain`, immutable (the addr-spec of RFC 5322 3.4.1 without comments and white space, the
 * Mailbox of RFC 5321 4.1.2; non-ASCII by RFC 6531).
 *
 * The domain is made canonical here, once, so that header and envelope cannot differ. The local part is kept; only
 * needless quotes are removed: `"abc"@x.example` equals `abc@x.example`. An empty one (`""@x.example`) is refused,
 * although the grammar allows it: it is always a missing value. The local part may be longer than the 64 octets of
 * RFC 5321 4.5.3.1.1, because other servers assign such addresses. It must not contain characters that are invisible or
 * look alike: white space (other than a space in quotes), noncharacters, U+FFFD, and what Unicode does not display,
 * except U+200C and U+200D.
 *
 * @example
 * ```ts
 * const address = Address.parse("jörg@BÜCHER.example");
 * address.domain; // "xn--bcher-kva.example"
 * address.displayDomain; // "bücher.example"
 * address.international; // true: the server must offer SMTPUTF8
 * ```
 */
export class Address {
  /** The part before the "@", unquoted, exactly as given. It is case-sensitive and not normalised. */
  readonly localPart: string;
  /** Lower-case A-labels, or an address literal: `[192.0.2.1]`, `[IPv6:2001:db8::1]`. */
  readonly domain: string;
  readonly #international: boolean;
  readonly #written: string;

  // Not for callers: the parts must be valid, the domain canonical, and `written` their written form.
  private constructor(
    key: symbol,
    localPart: string,
    domain: string,
    written: string,
    international: boolean,
  ) {
    if (key !== internal) throw new AddressError("use Address.parse or Address.of to make an address");
    this.localPart = localPart;
    this.domain = domain;
    this.#written = written;
    this.#international = international;
    Object.freeze(this);
  }

  /**
   * Reads an address alone: without a name, angle brackets, comments or surrounding white space.
   *
   * @throws AddressError naming the position.
   */
  static parse(text: string): Address {
    if (typeof text === "string" && text.length <= longestAddress && simple.test(text)) {
      const at = text.indexOf("@");
      return new Address(internal, text.slice(0, at), text.slice(at + 1), text, false);
    }
    const scanner = new Scanner(text, "an address");
    const localPart = scanLocalPart(scanner);
    const start = scanner.position;
    locate(text, 0, () => checkLocalPart(text.slice(0, start)));
    const written = locate(text, 0, () => formatLocalPart(localPart));
    const domain = locate(text, start, () => canonicalDomain(text.slice(start)));
    return Address.#fitting(localPart, written, domain);
  }

  /**
   * Makes an address of two parts.
   *
   * @param localPart the local part without quoting: a quote in it belongs to the name.
   * @throws AddressError if either is not valid, or both are longer than 254 octets (RFC 5321 4.5.3.1.3).
   */
  static of(localPart: string, domain: string): Address {
    checkCharacters(localPart, "a local part");
    checkLocalPart(localPart);
    return Address.#fitting(localPart, formatLocalPart(localPart), canonicalDomain(domain));
  }

  static #fitting(localPart: string, writtenLocalPart: string, domain: string): Address {
    const written = `${writtenLocalPart}@${domain}`;
    // The length in UTF-16 units is a lower bound, so octets need not be counted if the text is far too long.
    const octets = written.length > longestAddress ? written.length : Buffer.byteLength(written);
    if (octets > longestAddress) {
      throw new AddressError(`expected an address of at most 254 octets, got ${octets}`, { input: written });
    }
    return new Address(internal, localPart, domain, written, /[^\0-\x7f]/.test(localPart));
  }

  /** Whether `value` is an address. An object from JSON that looks like one is not. */
  static is(value: unknown): value is Address {
    return typeof value === "object" && value !== null && #written in value;
  }

  /** The domain as people read it: U-labels (`bücher.example`). */
  get displayDomain(): string {
    return displayDomain(this.domain);
  }

  /** Whether the local part has non-ASCII characters, so that the server must offer SMTPUTF8 (RFC 6531). */
  get international(): boolean {
    return this.#international;
  }

  /** Whether `other` is the same address: the same local part, case included, and the same domain. */
  equals(other: Address): boolean {
    return this.#written === other.#written;
  }

  /** The address as it is sent between `<` and `>`. */
  toString(): string {
    return this.#written;
  }

  /** The same as `toString()`; {@link Address.parse} reads it. */
  toJSON(): string {
    return this.#written;
  }
}

const internal: unique symbol = Symbol("Address");

/** A path has at most 256 octets, its angle brackets included (RFC 5321 4.5.3.1.3). */
const longestAddress = 254;

// Most addresses need no further work; this finds them in one step.
const simple: RegExp = new RegExp(`^${atomsBetween("\\.", atomCharacters)}@${plainName}$`);

/** Reads a local part and the @ after it. */
function scanLocalPart(scanner: Scanner): string {
  const isQuoted = scanner.peek() === '"';
  const localPart = isQuoted ? scanner.quotedString() : scanner.atoms();
  if (!isQuoted) {
    const dot = localPart.search(/^\.|\.(?=\.|$)/);
    if (dot >= 0) {
      throw scanner.error(
        "a dot at an end of the local part, or two together; write the local part in quotes",
        dot,
      );
    }
  }
  if (scanner.take("@")) {
    if (localPart === "") throw scanner.error("the part before the @ is missing", 0);
    return localPart;
  }
  const next = scanner.peek();
  if (next === "") {
    throw scanner.error(
      scanner.text === "" ? "the address is empty" : 'there is no "@"; an address is local@domain',
    );
  }
  if (isQuoted) throw scanner.error(`"${next}" after the quoted local part; an "@" must follow it`);
  throw scanner.error(
    `"${next}" is not allowed here; an address is local@domain, a name goes with Mailbox.parse`,
  );
}

/** Makes errors about a part refer to the whole text, in which the part begins at `start`. */
function locate<T>(text: string, start: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof AddressError ? error.within(text, start) : error;
  }
}
