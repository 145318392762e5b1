import { canonicalDomain } from "../../address/domain.ts";
import type { RawField } from "../../mime/head-reader.ts";
import type { Canonicalization } from "../../signing/canonicalization.ts";
import { fromBase64, readTagList, type TagList, withoutSpace } from "./tag-list.ts";

/** The algorithms that are verified. rsa-sha1 is not one (RFC 8301 section 3.1). */
export type SignatureAlgorithm = "rsa-sha256" | "ed25519-sha256";

/** What can be wrong with a field that signs, before its key is looked up. */
export type SignatureFault =
  | "syntax"
  | "version"
  | "algorithm"
  | "canonicalization"
  | "query-method"
  | "domain";

/** A field that nothing can be verified with. */
export interface NoSignature {
  readonly code: SignatureFault;
  /** A sentence in English, without its full stop. */
  readonly reason: string;
  /** What could be read nevertheless. */
  readonly read?: ReadTags | undefined;
}

/** As much as could be read of a field that signs. */
export type ReadTags = { readonly [name in keyof Signature]?: Signature[name] | undefined };

/** What a DKIM-Signature, an ARC-Message-Signature and an ARC-Seal have in common. */
export interface Seal {
  readonly field: RawField;
  readonly tags: TagList;
  readonly algorithm: SignatureAlgorithm;
  /** `d=`, in A-labels. */
  readonly domain: string;
  /** `s=`, in A-labels. */
  readonly selector: string;
  /** `b=`. */
  readonly value: Buffer;
  /** `t=`, in seconds since 1970. */
  readonly signedAt: number | undefined;
  /** The field with an empty `b=`, as it was signed. */
  readonly unsigned: string;
}

/** What a DKIM-Signature and an ARC-Message-Signature have in common (RFC 6376 section 3.5). */
export interface Signature extends Seal {
  readonly header: Canonicalization;
  readonly body: Canonicalization;
  /** `l=`: how many octets of the body were signed, if not all. */
  readonly length: number | undefined;
  /** `h=`, in lower case. */
  readonly names: readonly string[];
  /** `bh=`. */
  readonly bodyHash: string;
  /** `x=`, in seconds since 1970. */
  readonly expiresAt: number | undefined;
}

/** Reads the tags that every field has that signs. */
export function readSeal(field: RawField): Seal | NoSignature {
  const start = field.text.indexOf(":") + 1;
  const tags = readTagList(field.text.slice(start));
  if ("problem" in tags) return wrong(`it is not a tag list: ${tags.problem}`);
  const signer = signerOf(tags);
  const seal = sealOf(field, start, tags, signer);
  return "code" in seal ? { ...seal, read: signer } : seal;
}

type Signer = Pick<ReadTags, "domain" | "selector">;

function signerOf(tags: TagList): Signer {
  const domain = toDomain(tagValue(tags, "d"));
  return { domain, selector: domain && toSelector(tagValue(tags, "s"), domain) };
}

/** @param start where the tags begin in the text of the field */
function sealOf(
  field: RawField,
  start: number,
  tags: TagList,
  { domain, selector }: Signer,
): Seal | NoSignature {
  const missing = ["a", "b", "d", "s"].find((name) => !tags.has(name));
  if (missing !== undefined) return wrong(`it has no ${missing}=`);
  const algorithm = tagValue(tags, "a");
  if (algorithm !== "rsa-sha256" && algorithm !== "ed25519-sha256") return unknownAlgorithm(algorithm);
  const value = fromBase64(withoutSpace(tagValue(tags, "b")));
  if (value === undefined) return wrong("b= is not base64");
  if (domain === undefined) return { code: "domain", reason: "d= is not a domain name" };
  if (selector === undefined)
    return { code: "domain", reason: "s= and d= are not the name of a record in DNS" };
  const signedAt = tags.has("t") ? toNumber(tagValue(tags, "t"), 12) : undefined;
  if (tags.has("t") && signedAt === undefined) return wrong("t= is not a number of seconds");
  // The value that signs is there: `missing` says so.
  const { start: from = 0, end: to = 0 } = tags.get("b") ?? {};
  const unsigned = field.text.slice(0, start + from) + field.text.slice(start + to);
  return { field, tags, algorithm, domain, selector, value, signedAt, unsigned };
}

/**
 * Reads the tags of a field that signs a message.
 *
 * @param usual both canonical forms if `c=` is absent
 */
export function readSignature(field: RawField, usual: Canonicalization = "simple"): Signature | NoSignature {
  const seal = readSeal(field);
  if ("code" in seal) return seal;
  const signature = signatureOf(seal, usual);
  return "code" in signature ? { ...signature, read: seal } : signature;
}

function signatureOf(seal: Seal, usual: Canonicalization): Signature | NoSignature {
  const { tags, signedAt } = seal;
  const missing = ["bh", "h"].find((name) => !tags.has(name));
  if (missing !== undefined) return wrong(`it has no ${missing}=`);
  const form = tags.has("c") ? tagValue(tags, "c") : `${usual}/${usual}`;
  const forms = /^(simple|relaxed)(?:\/(simple|relaxed))?$/.exec(form);
  if (forms === null)
    return { code: "canonicalization", reason: "c= is not a pair of the words simple and relaxed" };
  const bodyHash = fromBase64(withoutSpace(tagValue(tags, "bh")));
  if (bodyHash === undefined) return wrong("bh= is not base64");
  const length = tags.has("l") ? toNumber(tagValue(tags, "l"), 76) : undefined;
  if (tags.has("l") && length === undefined) return wrong("l= is not a number");
  const expiresAt = tags.has("x") ? toNumber(tagValue(tags, "x"), 12) : undefined;
  if (tags.has("x") && expiresAt === undefined) return wrong("x= is not a number of seconds");
  if (expiresAt !== undefined && expiresAt <= (signedAt ?? -1)) return wrong("x= is not later than t=");
  if (tags.has("q") && !withoutSpace(tagValue(tags, "q")).split(":").includes("dns/txt"))
    return { code: "query-method", reason: "q= does not allow a look-up in DNS" };
  const names = withoutSpace(tagValue(tags, "h")).toLowerCase().split(":");
  return {
    ...seal,
    header: forms[1] as Canonicalization,
    body: (forms[2] ?? "simple") as Canonicalization,
    length,
    names: names.filter((name) => name !== ""),
    bodyHash: bodyHash.toString("base64"),
    expiresAt,
  };
}

/** The value of a tag, or an empty string. */
export function tagValue(tags: TagList, name: string): string {
  return tags.get(name)?.value ?? "";
}

/** A domain of a tag in A-labels: those of mail in UTF-8 are U-labels (RFC 8616). @param octets as Latin-1 */
export function toDomain(octets: string): string | undefined {
  try {
    const domain = canonicalDomain(utf8(octets));
    return domain.startsWith("[") ? undefined : domain;
  } catch {
    return undefined;
  }
}

/** The text of octets in UTF-8 that came as Latin-1. */
export function utf8(octets: string): string {
  return /[\x80-\xff]/.test(octets) ? Buffer.from(octets, "latin1").toString("utf8") : octets;
}

/** The name of the record with the key (RFC 6376 section 3.6.2.1). */
export function keyName({ selector, domain }: Seal): string {
  return `${selector}._domainkey.${domain}`;
}

/** Read as part of the name that is looked up, so that its length counts. */
function toSelector(octets: string, domain: string): string | undefined {
  const suffix = `._domainkey.${domain}`;
  return octets === "" || octets.startsWith("[")
    ? undefined
    : toDomain(`${octets}${suffix}`)?.slice(0, -suffix.length);
}

function toNumber(text: string, digits: number): number | undefined {
  return text.length <= digits && /^\d+$/.test(text) ? Number(text) : undefined;
}

function unknownAlgorithm(algorithm: string): NoSignature {
  const reason =
    algorithm === "rsa-sha1"
      ? "rsa-sha1 proves nothing any more (RFC 8301)"
      : "its algorithm (a=) is not known";
  return { code: "algorithm", reason };
}

function wrong(reason: string): NoSignature {
  return { code: "syntax", reason };
}
