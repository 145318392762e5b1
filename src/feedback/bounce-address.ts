import { createHmac, timingSafeEqual } from "node:crypto";
import { Address } from "../address/address.ts";
import { AddressError } from "../address/address-error.ts";
import { domainOption } from "../address/domain-option.ts";
import { EnvoiError } from "../errors.ts";
import { decodeBase32, encodeBase32 } from "../text/base32.ts";
import { oneOrMore } from "../text/options/option-kinds.ts";
import { type OptionReaders, readOptions, refuseOption, wrongOption } from "../text/options/option-reader.ts";
import { secret } from "../text/options/secret.ts";
import { shown } from "../text/options/shown-value.ts";

/** Options of addresses that bounces come back to. */
export interface BounceAddressOptions {
  /** The domain of the addresses. Mail to it must come back to you. */
  readonly domain: string;
  /**
   * What only you know, 16 random bytes or more. Of several, the first makes addresses, and those that any of them made
   * are read. To change the secret, put the new one in front, and take the old one away after some weeks.
   */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[];
  /**
   * What addresses begin with: 1 to 12 small letters and digits, and `+`, `-` or `=` at the end. With `+` most servers
   * deliver all of them to one mailbox. Default: `"bounce+"`.
   */
  readonly prefix?: string | undefined;
}

/**
 * Addresses for the sender of the envelope that tell, when a bounce comes back, which mail it is about (VERP, variable
 * envelope return path). A code of 80 bits in each shows that you made it, so that nobody can report a bounce of a mail
 * that was not sent to them.
 *
 * Servers on the way may change the case of an address; it is read all the same.
 *
 * @example
 * ```ts
 * const bounces = BounceAddress.create({ domain: "bounces.example.com", secret: "kept in the environment" });
 * const sender = bounces.for(4711);
 * console.log(String(sender)); // bounce+4711-…@bounces.example.com
 * console.log(bounces.read(String(sender).toUpperCase())); // 4711
 * console.log(bounces.read("bounce+4711-aaaaaaaaaaaaaaaa@bounces.example.com")); // undefined
 * ```
 */
export class BounceAddress {
  readonly #domain: string;
  readonly #secrets: readonly (string | Uint8Array)[];
  readonly #prefix: string;

  private constructor(key: symbol, options: BounceAddressOptions) {
    if (key !== internal) throw refuseOption("BounceAddress", "use BounceAddress.create()");
    const read = readOptions(options, readers, "BounceAddress", ["domain", "secret"]);
    this.#domain = read.domain;
    this.#secrets = read.secret as readonly (string | Uint8Array)[];
    if (this.#secrets.length === 0)
      throw refuseOption("BounceAddress.secret", "expected at least one, got none");
    this.#prefix = read.prefix ?? "bounce+";
    Object.freeze(this);
  }

  /**
   * Makes addresses in a domain.
   *
   * @throws EnvoiError of kind `"configuration"` naming the option that is not valid.
   */
  static create(options: BounceAddressOptions): BounceAddress {
    return new BounceAddress(internal, options);
  }

  /**
   * The address for a mail.
   *
   * @param id what you know the mail by. Ids of small letters, digits and hyphens, such as numbers and UUIDs, stay
   *   readable and may have 40 characters; others may have 25 octets.
   * @throws AddressError if the id is empty, or too long for a local part of 64 octets.
   */
  for(id: string | number | bigint): Address {
    if (!["string", "number", "bigint"].includes(typeof id))
      throw wrongOption("id", "a string or a number", id);
    const text = String(id);
    if (text === "" || loneSurrogate.test(text)) {
      throw new AddressError(`id: expected text that is not empty, got ${shown(text)}`, {
        input: text,
        position: 0,
      });
    }
    // There is at least one secret: the constructor says so.
    const localPart =
      this.#prefix + written(text) + this.#code(text, this.#secrets[0] as string | Uint8Array);
    if (localPart.length <= longestLocalPart) return Address.of(localPart, this.#domain);
    const most = longestLocalPart - this.#prefix.length - codeLength - 1;
    throw new AddressError(
      `id: expected at most ${most} small letters, digits and hyphens, or ${Math.floor((most * 5) / 8)} octets, got ${
        text.length
      } characters; use a shorter id`,
      { input: text, position: 0 },
    );
  }

  /**
   * The id that an address was made for.
   *
   * @returns `undefined` if it is not one of our addresses, or somebody else made it up.
   */
  read(address: Address | string): string | undefined {
    const localPart = this.#localPartOf(address);
    if (localPart === undefined || !localPart.startsWith(this.#prefix)) return undefined;
    const code = localPart.slice(-codeLength);
    const id = readId(localPart.slice(this.#prefix.length, -codeLength));
    return id !== undefined && this.#isCode(code, id) ? id : undefined;
  }

  /** In small letters, if the domain is ours. */
  #localPartOf(given: Address | string): string | undefined {
    try {
      const { localPart, domain } = Address.is(given) ? given : Address.parse(given);
      return domain === this.#domain ? localPart.toLowerCase() : undefined;
    } catch (error) {
      if (EnvoiError.is(error)) return undefined;
      throw error;
    }
  }

  /** In constant time, and with every secret. */
  #isCode(code: string, id: string): boolean {
    const given = Buffer.from(code, "latin1");
    const equal = this.#secrets.map((each) =>
      timingSafeEqual(given, Buffer.from(this.#code(id, each), "latin1")),
    );
    return equal.includes(true);
  }

  #code(id: string, key: string | Uint8Array): string {
    const digest = createHmac("sha256", key)
      .update(JSON.stringify(["bounce", this.#domain, id]))
      .digest();
    return encodeBase32(digest.subarray(0, 10)).toLowerCase();
  }
}

const internal: unique symbol = Symbol("BounceAddress");

const readers: OptionReaders<BounceAddressOptions> = {
  domain: domainOption,
  secret: oneOrMore(secret),
  prefix: readPrefix,
};

function readPrefix(value: unknown, field: string): string {
  if (typeof value === "string" && /^[a-z0-9]{1,12}[+=-]$/.test(value)) return value;
  throw wrongOption(
    field,
    'a text such as "bounce+": 1 to 12 small letters and digits, and one of + - =',
    value,
  );
}

/** RFC 5321 section 4.5.3.1.1. */
const longestLocalPart = 64;
/** 80 bits in base32. */
const codeLength = 16;

/** What is behind the id tells how it is written: `-` as it is, `=` in base32. */
function written(id: string): string {
  return readable.test(id) ? `${id}-` : `${encodeBase32(Buffer.from(id)).toLowerCase()}=`;
}

const readable: RegExp = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

function readId(text: string): string | undefined {
  const id = text.slice(0, -1);
  if (text.endsWith("-")) return readable.test(id) ? id : undefined;
  if (!text.endsWith("=") || id === "") return undefined;
  const octets = decodeBase32(id);
  const decoded = octets?.toString();
  return decoded !== undefined && Buffer.from(decoded).equals(octets as Buffer) && !readable.test(decoded)
    ? decoded
    : undefined;
}

const loneSurrogate: RegExp = /\p{Surrogate}/u;
