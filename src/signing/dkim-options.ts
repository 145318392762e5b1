import { Address } from "../address/address.ts";
import { domainOption } from "../address/domain-option.ts";
import { EnvoiError } from "../errors.ts";
import { headerName } from "../mime/header.ts";
import { flag, listOf, oneOf, text, wholeNumber } from "../text/options/option-kinds.ts";
import {
  type OptionReaders,
  readOptions,
  refuseOption,
  wrongChoice,
  wrongOption,
} from "../text/options/option-reader.ts";
import type { Canonicalization } from "./canonicalization.ts";
import {
  type DkimAlgorithm,
  type DkimKey,
  type DkimKeyInput,
  readKey,
  readPublishedKey,
} from "./dkim-key.ts";
import { neverSigned, type Protection, usualFields } from "./signed-fields.ts";

/** Options of a DKIM signer; only `domain`, `selector` and `key` are required. */
export interface DkimOptions {
  /** The domain that signs (`d=`). For DMARC it must be the domain of the author or one above it. */
  readonly domain: string;
  /** The selector (`s=`): the public key is in the TXT record of `<selector>._domainkey.<domain>`. */
  readonly selector: string;
  /**
   * The private key, RSA or Ed25519, as PEM or KeyObject; or a function that asks a key management service for a
   * signature. With a function, `algorithm` is required and the signer must be awaited.
   */
  readonly key: DkimKeyInput;
  /** The algorithm; by default that of the key. Required if `key` is a function. */
  readonly algorithm?: DkimAlgorithm | undefined;
  /** The passphrase of an encrypted PEM. */
  readonly passphrase?: string | undefined;
  /** Allows an RSA key of 1024 to 2047 bits, which RFC 8301 section 3.2 advises against. */
  readonly allowShortRsaKey?: boolean | undefined;
  /** The canonical forms of header and body (`c=`); by default `"relaxed/relaxed"`. */
  readonly canonicalization?: `${Canonicalization}/${Canonicalization}` | undefined;
  /** The identity (`i=`): an address, or `@` and a domain, in `domain` or below it. */
  readonly identity?: string | undefined;
  /** The fields to sign if they are present, instead of the default ones. From must be among them. */
  readonly headers?: readonly string[] | undefined;
  /** The fields that nobody may add after signing, present or not; instead of the default ones. */
  readonly oversign?: readonly string[] | undefined;
  /** The time of signing (`t=`): by default now, left out if `false`; a Date makes signatures reproducible. */
  readonly timestamp?: Date | boolean | undefined;
  /** The seconds after which the signature expires (`x=`); by default it does not expire. */
  readonly expiresIn?: number | undefined;
  /**
   * Writes the length of the body (`l=`): the signature stays valid if text is appended. Attackers use this to put text
   * under a valid signature (RFC 6376 section 8.2). Do not use it.
   */
  readonly insecureBodyLength?: boolean | undefined;
}

/** The options, checked. */
export interface DkimSettings {
  readonly key: DkimKey;
  readonly domain: string;
  readonly selector: string;
  readonly header: Canonicalization;
  readonly body: Canonicalization;
  /** The value of `i=`. */
  readonly identity: string | undefined;
  readonly protections: ReadonlyMap<string, Protection>;
  /** Seconds since 1970; `undefined` for none. */
  readonly now: () => number | undefined;
  readonly expiresIn: number | undefined;
  readonly bodyLength: boolean;
}

/** How each option is read. What depends on another one is checked afterwards. */
const readers: OptionReaders<DkimOptions> = {
  domain: readDomain,
  selector: text,
  key: (value) => value as DkimKeyInput,
  algorithm: oneOf(["rsa-sha256", "ed25519-sha256"]),
  passphrase: (value, field) => {
    if (typeof value === "string") return value;
    throw wrongOption(field, "a string", value);
  },
  allowShortRsaKey: flag,
  canonicalization: oneOf(["relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"]),
  identity: text,
  headers: listOf(readName),
  oversign: listOf(readName),
  timestamp: readTimestamp,
  expiresIn: wholeNumber(1, 99_999_999_999),
  insecureBodyLength: flag,
};

/** What errors put in front of the name of an option. */
const signer = "DkimSigner";

/**
 * Reads the options of a signer.
 *
 * @param path what errors put in front of the name of an option
 * @throws EnvoiError of kind `"configuration"` that names the option.
 */
export function readDkimOptions(given: DkimOptions, path: string = signer): DkimSettings {
  const options = readOptions(given, readers, path, required);
  const { domain, algorithm, passphrase, allowShortRsaKey = false, timestamp = true, expiresIn } = options;
  const { canonicalization = "relaxed/relaxed", identity } = options;
  const [header, body] = canonicalization.split("/") as [Canonicalization, Canonicalization];
  const fixed = timestamp instanceof Date ? Math.floor(timestamp.getTime() / 1000) : undefined;
  return {
    key: readKey(options.key, { algorithm, passphrase, allowShortRsaKey, field: `${path}.key` }),
    domain,
    selector: readSelector(options.selector, domain, path),
    header,
    body,
    identity: identity === undefined ? undefined : readIdentity(identity, domain, path),
    protections: readFields(options.headers, options.oversign, path),
    now: () => (timestamp === false ? undefined : (fixed ?? Math.floor(Date.now() / 1000))),
    expiresIn,
    bodyLength: options.insecureBodyLength ?? false,
  };
}

/** A TXT record to publish in DNS. */
export interface DkimRecord {
  /** The name of the record: `<selector>._domainkey.<domain>`. */
  readonly name: string;
  /** Its text. Many DNS servers need it in strings of at most 255 characters. */
  readonly value: string;
}

/**
 * Makes the record with which others verify the signatures of a signer (RFC 6376 section 3.6.1, RFC 8463).
 *
 * @throws EnvoiError of kind `"configuration"` that names the option.
 */
export function dkimRecord(given: DkimOptions): DkimRecord {
  const { domain, selector, ...options } = readOptions(given, readers, signer, required);
  if (typeof options.key === "function")
    throw refuseOption(
      `${signer}.key`,
      "expected a key, got a function that signs",
      "Pass the public key that belongs to it",
    );
  const { key, algorithm } = readPublishedKey(options.key, {
    algorithm: options.algorithm,
    passphrase: options.passphrase,
    allowShortRsaKey: options.allowShortRsaKey ?? false,
    field: `${signer}.key`,
  });
  const info = key.export({ format: "der", type: "spki" });
  // RFC 8463 section 4.2: of Ed25519 the 32 octets alone.
  const [type, data] = algorithm === "rsa-sha256" ? ["rsa", info] : ["ed25519", info.subarray(-32)];
  return {
    name: `${readSelector(selector, domain, signer)}._domainkey.${domain}`,
    value: `v=DKIM1; k=${type}; p=${data.toString("base64")}`,
  };
}

const required: readonly (keyof DkimOptions)[] = ["domain", "selector", "key"];

function readDomain(value: unknown, field: string): string {
  const domain = domainOption(value, field);
  if (domain.startsWith("["))
    throw refuseOption(field, "expected a domain name, got an address literal", "Keys are records in DNS");
  return domain;
}

/** Read as part of the name that verifiers look up. */
function readSelector(selector: string, domain: string, path: string): string {
  const field = `${path}.selector`;
  if (selector.startsWith("[")) throw wrongChoice(field, "labels of a domain name", selector);
  const suffix = `._domainkey.${domain}`;
  return domainOption(selector + suffix, field).slice(0, -suffix.length);
}

function readIdentity(identity: string, domain: string, path: string): string {
  const field = `${path}.identity`;
  const at = identity.lastIndexOf("@");
  if (at < 0) throw wrongOption(field, "an address, or @ and a domain", identity);
  const address =
    at === 0
      ? `@${readDomain(identity.slice(1), field)}`
      : checked(field, () => Address.parse(identity)).toString();
  const [local, below] = [
    address.slice(0, address.lastIndexOf("@")),
    address.slice(address.lastIndexOf("@") + 1),
  ];
  if (below !== domain && !below.endsWith(`.${domain}`))
    throw refuseOption(field, `expected the domain ${domain} or one below it (RFC 6376 section 3.5)`);
  return `${quotedPrintable(local)}@${below}`;
}

/** DKIM-Quoted-Printable (RFC 6376 section 2.11): nothing is left that ends a tag or folds. */
function quotedPrintable(text: string): string {
  const octets = Buffer.from(text).toString("latin1");
  return octets.replace(
    /[^!-:<>-~]/g,
    (octet) => `=${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

function readFields(
  headers: readonly string[] | undefined,
  oversign: readonly string[] | undefined,
  path: string,
): ReadonlyMap<string, Protection> {
  if (headers === undefined && oversign === undefined) return usualFields;
  const names = headers ?? [...usualFields.keys()];
  if (!names.includes("from"))
    throw refuseOption(`${path}.headers`, "expected From among them (RFC 6376 section 5.4)");
  const protections = new Map<string, Protection>();
  for (const name of names)
    protections.set(name, oversign ? "present" : (usualFields.get(name) ?? "present"));
  for (const name of oversign ?? []) protections.set(name, "always");
  return protections;
}

function readName(value: unknown, field: string): string {
  const name = checked(field, () => headerName(value as string)).toLowerCase();
  if (neverSigned(name))
    throw refuseOption(
      field,
      `expected a field that can be signed, got ${name}`,
      "Servers change or remove it",
    );
  return name;
}

function readTimestamp(value: unknown, field: string): Date | boolean {
  if (typeof value === "boolean" || (value instanceof Date && value.getTime() >= 0)) return value;
  throw wrongOption(field, "a Date since 1970, true or false", value);
}

function checked<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw EnvoiError.is(error) ? refuseOption(field, error.message, undefined, error) : error;
  }
}
