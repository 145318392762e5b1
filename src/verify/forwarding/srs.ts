import { Address } from "../../address/address.ts";
import { domainOption } from "../../address/domain-option.ts";
import { EnvoiError } from "../../errors.ts";
import { callback, oneOrMore, wholeNumber } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions, refuseOption } from "../../text/options/option-reader.ts";
import { secret } from "../../text/options/secret.ts";
import { codeOf, dayOf, daysSince, isCode } from "./srs-code.ts";

/** Options of a sender rewriting scheme. */
export interface SrsOptions {
  /** The domain of the addresses that are made. Mail to it must come back to you. */
  readonly domain: string;
  /**
   * What only you know, 16 random bytes or more each. The first makes addresses; those that any of them made come back.
   * To change the secret, put the new one in front, and take the old one away after `maxAge` days.
   */
  readonly secrets: string | Uint8Array | readonly (string | Uint8Array)[];
  /** For how many days an address comes back. Default: 21. */
  readonly maxAge?: number | undefined;
  /** The time, in milliseconds since 1970; for tests. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const readers: OptionReaders<SrsOptions> = {
  domain: domainOption,
  secrets: oneOrMore(secret),
  maxAge: wholeNumber(0, 1000),
  now: callback,
};

/**
 * The sender rewriting scheme: a forwarder sends mail on with a sender in its own domain, which SPF allows it to use.
 * Delivery reports to that sender come back to the forwarder, which finds the original sender in it.
 *
 * A second forwarder makes an address of form SRS1, which goes back to the first of them.
 *
 * @example
 * ```ts
 * const srs = Srs.create({ domain: "fwd.example.net", secrets: ["kept in the environment"] });
 * const sender = srs.forward("ann@example.org");
 * console.log(String(sender)); // SRS0=…=…=example.org=ann@fwd.example.net
 * console.log(String(srs.reverse(sender ?? ""))); // ann@example.org
 * ```
 */
export class Srs {
  readonly #domain: string;
  readonly #secrets: readonly (string | Uint8Array)[];
  readonly #maxAge: number;
  readonly #now: () => number;

  private constructor(key: symbol, options: SrsOptions) {
    if (key !== internal) throw refuseOption("Srs", "use Srs.create()");
    const read = readOptions(options, readers, "Srs", ["domain", "secrets"]);
    this.#domain = read.domain;
    this.#secrets = read.secrets as readonly (string | Uint8Array)[];
    if (this.#secrets.length === 0) throw refuseOption("Srs.secrets", "expected at least one, got none");
    this.#maxAge = read.maxAge ?? 21;
    this.#now = read.now ?? Date.now;
    Object.freeze(this);
  }

  /**
   * Makes a scheme for a domain.
   *
   * @throws EnvoiError of kind `"configuration"` naming the option that is not valid.
   */
  static create(options: SrsOptions): Srs {
    return new Srs(internal, options);
  }

  /**
   * The sender to send a mail on with. The null sender stays null, and an address of our own domain stays as it is.
   *
   * @throws AddressError if it is not an address, or if the new one would have more than 254 octets.
   */
  forward(sender: Address | string): Address;
  forward(sender: Address | string | null): Address | null;
  forward(sender: Address | string | null): Address | null {
    if (sender === null || sender === "") return null;
    const address = Address.is(sender) ? sender : Address.parse(sender);
    const { localPart, domain } = address;
    if (domain === this.#domain) return address;
    const [, first, rest] = forwarded.exec(localPart) ?? [];
    // What another forwarder made of form SRS1 has the first forwarder in it; of form SRS0, its own domain is the
    // first.
    if (first !== undefined && rest !== undefined) return this.#again(first, rest);
    if (/^SRS0[-+=]/i.test(localPart)) return this.#again(domain, localPart.slice(4));
    const day = dayOf(this.#now());
    const code = codeOf(this.#newest, ["SRS0", day, domain, localPart]);
    return Address.of(`SRS0=${code}=${day}=${domain}=${localPart}`, this.#domain);
  }

  /**
   * The address that a delivery report to one of our addresses is for: that of the original sender or, of form SRS1,
   * that of the first forwarder.
   *
   * @returns `undefined` if we did not make the address, or too long ago.
   */
  reverse(recipient: Address | string): Address | undefined {
    try {
      const address = Address.is(recipient) ? recipient : Address.parse(recipient);
      return address.domain === this.#domain ? this.#reverse(address.localPart) : undefined;
    } catch (error) {
      if (EnvoiError.is(error)) return undefined;
      throw error;
    }
  }

  #again(first: string, rest: string): Address {
    const code = codeOf(this.#newest, ["SRS1", first, rest]);
    return Address.of(`SRS1=${code}=${first}=${rest}`, this.#domain);
  }

  #reverse(localPart: string): Address | undefined {
    const [, code, day, domain, local] = made0.exec(localPart) ?? [];
    if (code !== undefined && day !== undefined && domain !== undefined && local !== undefined) {
      const genuine = isCode(code, this.#secrets, ["SRS0", day, domain, local]);
      const age = daysSince(day, this.#now());
      return genuine && age !== undefined && age <= this.#maxAge ? Address.of(local, domain) : undefined;
    }
    const [, again, first, rest] = made1.exec(localPart) ?? [];
    if (again === undefined || first === undefined || rest === undefined) return undefined;
    return isCode(again, this.#secrets, ["SRS1", first, rest]) ? Address.of(`SRS0${rest}`, first) : undefined;
  }

  get #newest(): string | Uint8Array {
    // There is at least one: the constructor says so.
    return this.#secrets[0] as string | Uint8Array;
  }
}

const internal: unique symbol = Symbol("Srs");

/** An address of form SRS1, of anybody. */
const forwarded: RegExp = /^SRS1[-+=][^=]+=([^=]+)=([-+=].*)$/is;
/** Addresses of ours. */
const made0: RegExp = /^SRS0=([^=]+)=([^=]+)=([^=]+)=(.*)$/is;
const made1: RegExp = /^SRS1=([^=]+)=([^=]+)=([-+=].*)$/is;
