import { Address } from "../address/address.ts";
import { canonicalDomain } from "../address/domain.ts";
import { EnvoiError } from "../errors.ts";
import { headerName } from "../mime/header.ts";
import { checkNames } from "../text/known-names.ts";
import type { Canonicalization } from "./canonicalization.ts";
import { type DkimAlgorithm, type DkimKey, type DkimKeyInput, readKey } from "./dkim-key.ts";
import { neverSigned, type Protection, usualFields } from "./signed-fields.ts";
import { wrongOption } from "./wrong-option.ts";

/** What a DKIM signature is made with; only the first three must be given. */
export interface DkimOptions {
  /** Who signs (`d=`): to count for DMARC, the domain of the author or one above it. */
  readonly domain: string;
  /** Where the public key is (`s=`): in the TXT record of `<selector>._domainkey.<domain>`. */
  readonly selector: string;
  /**
   * The private key, RSA or Ed25519, as PEM or KeyObject; or a function that asks for a signature where the key is
   * kept, which makes the signer one that must be awaited and needs `algorithm`.
   */
  readonly key: DkimKeyInput;
  /** What the key signs by; follows from the key, unless that is a function. */
  readonly algorithm?: DkimAlgorithm | undefined;
  /** What an encrypted PEM is read with. */
  readonly passphrase?: string | undefined;
  /** Signs with an RSA key of 1024 to 2047 bits, which RFC 8301 section 3.2 advises against. */
  readonly allowShortRsaKey?: boolean | undefined;
  /** Of the header and of the body (`c=`); `"relaxed/relaxed"` if not given. */
  readonly canonicalization?: `${Canonicalization}/${Canonicalization}` | undefined;
  /** For whom it is signed (`i=`): an address, or `@` and a domain, in `domain` or below it. */
  readonly identity?: string | undefined;
  /** The fields that are signed where they stand, From among them, in place of the usual ones. */
  readonly headers?: readonly string[] | undefined;
  /** The fields of which none may be added, whether one stands or not; in place of the usual ones. */
  readonly oversign?: readonly string[] | undefined;
  /** When it is signed (`t=`): now if not given, never if `false`; a Date makes the signature the same each time. */
  readonly timestamp?: Date | boolean | undefined;
  /** Seconds after which the signature no longer counts (`x=`); without it, it does not expire. */
  readonly expiresIn?: number | undefined;
  /**
   * Writes the length of the body (`l=`), so that anything may be added behind it and the signature still holds. That
   * is how forged text gets under a true signature (RFC 6376 section 8.2): do not.
   */
  readonly insecureBodyLength?: boolean | undefined;
}

/** Options that were found right. */
export interface DkimSettings {
  readonly key: DkimKey;
  readonly domain: string;
  readonly selector: string;
  readonly header: Canonicalization;
  readonly body: Canonicalization;
  /** As it is written in `i=`. */
  readonly identity: string | undefined;
  readonly protections: ReadonlyMap<string, Protection>;
  /** Seconds since 1970; `undefined` for none. */
  readonly now: () => number | undefined;
  readonly expiresIn: number | undefined;
  readonly bodyLength: boolean;
}

/** @throws EnvoiError of kind `"configuration"` that names the option. */
export function readOptions(options: DkimOptions): DkimSettings {
  checkNames(options, Object.keys(known), (problem) => wrongOption("create", problem));
  for (const [name, type] of Object.entries(known)) {
    const value: unknown = options[name as keyof DkimOptions];
    if (value !== undefined && type !== undefined && typeof value !== type)
      throw wrongOption(name, `expects a ${type}`);
  }
  const { algorithm, passphrase, allowShortRsaKey = false } = options;
  if (algorithm !== undefined && algorithm !== "rsa-sha256" && algorithm !== "ed25519-sha256") {
    throw wrongOption("algorithm", 'expects "rsa-sha256" or "ed25519-sha256"');
  }
  const domain = readDomain(options.domain, "domain");
  const [header, body] = readCanonicalization(options.canonicalization ?? "relaxed/relaxed");
  return {
    key: readKey(options.key, { algorithm, passphrase, allowShortRsaKey }),
    domain,
    selector: readSelector(options.selector, domain),
    header,
    body,
    identity: options.identity === undefined ? undefined : readIdentity(options.identity, domain),
    protections: readFields(options.headers, options.oversign),
    ...readTimes(options),
    bodyLength: options.insecureBodyLength ?? false,
  };
}

/** All options, and the types of those that `typeof` tells. */
const known: { readonly [K in keyof DkimOptions]-?: "string" | "boolean" | "number" | undefined } = {
  domain: "string",
  selector: "string",
  key: undefined,
  algorithm: "string",
  passphrase: "string",
  allowShortRsaKey: "boolean",
  canonicalization: "string",
  identity: "string",
  headers: undefined,
  oversign: undefined,
  timestamp: undefined,
  expiresIn: "number",
  insecureBodyLength: "boolean",
};

function readDomain(text: unknown, option: string): string {
  const domain = checked(option, () => canonicalDomain(text as string));
  if (domain.startsWith("[")) throw wrongOption(option, "an address literal has no records in DNS");
  return domain;
}

/** Read as part of the name that verifiers look up, of which it is to be a part. */
function readSelector(text: unknown, domain: string): string {
  if (typeof text !== "string" || text.startsWith("["))
    throw wrongOption("selector", "expects labels of a domain name");
  const suffix = `._domainkey.${domain}`;
  const name = checked("selector", () => canonicalDomain(text + suffix));
  return name.slice(0, -suffix.length);
}

function readCanonicalization(text: string): [Canonicalization, Canonicalization] {
  const [header, body, more] = text.split("/");
  if (is(header) && is(body) && more === undefined) return [header, body];
  throw wrongOption(
    "canonicalization",
    'expects "relaxed" or "simple" for the header, "/", and the same for the body',
  );
}

function is(text: string | undefined): text is Canonicalization {
  return text === "relaxed" || text === "simple";
}

function readIdentity(text: string, domain: string): string {
  const at = text.lastIndexOf("@");
  if (at < 0) throw wrongOption("identity", "expects an address, or @ and a domain");
  const address =
    at === 0
      ? `@${readDomain(text.slice(1), "identity")}`
      : checked("identity", () => Address.parse(text)).toString();
  const [local, below] = [
    address.slice(0, address.lastIndexOf("@")),
    address.slice(address.lastIndexOf("@") + 1),
  ];
  if (below !== domain && !below.endsWith(`.${domain}`)) {
    throw wrongOption("identity", `its domain must be ${domain} or below it (RFC 6376 section 3.5)`);
  }
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
): ReadonlyMap<string, Protection> {
  if (headers === undefined && oversign === undefined) return usualFields;
  const always = oversign && readNames(oversign, "oversign");
  const names = headers === undefined ? [...usualFields.keys()] : readNames(headers, "headers");
  if (!names.includes("from")) throw wrongOption("headers", "From must be among them (RFC 6376 section 5.4)");
  const protections = new Map<string, Protection>();
  for (const name of names) protections.set(name, always ? "present" : (usualFields.get(name) ?? "present"));
  for (const name of always ?? []) protections.set(name, "always");
  return protections;
}

function readNames(input: unknown, option: string): string[] {
  if (!Array.isArray(input)) throw wrongOption(option, "expects an array of names");
  return input.map((text: unknown) => {
    const name = checked(option, () => headerName(text as string)).toLowerCase();
    if (neverSigned(name))
      throw wrongOption(option, `${name} is changed or taken away on the way, and is not signed`);
    return name;
  });
}

function readTimes({ timestamp = true, expiresIn }: DkimOptions): Pick<DkimSettings, "now" | "expiresIn"> {
  const fixed = timestamp instanceof Date ? Math.floor(timestamp.getTime() / 1000) : undefined;
  if (typeof timestamp !== "boolean" && !(fixed !== undefined && fixed >= 0)) {
    throw wrongOption("timestamp", "expects a Date since 1970, true or false");
  }
  if (expiresIn !== undefined && !(Number.isSafeInteger(expiresIn) && expiresIn > 0 && expiresIn < 1e11)) {
    throw wrongOption("expiresIn", "expects a whole number of seconds");
  }
  if (timestamp === false) return { now: () => undefined, expiresIn };
  return { now: () => fixed ?? Math.floor(Date.now() / 1000), expiresIn };
}

function checked<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw EnvoiError.is(error) ? wrongOption(option, error.message, error) : error;
  }
}
