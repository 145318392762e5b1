import type { Query } from "../resolver/answer.ts";
import type { SignatureAlgorithm } from "../signature/signature.ts";

/** The results of DKIM (RFC 8601 2.7.1). A message without a signature has no verdict at all. */
export type DkimResult = "pass" | "fail" | "policy" | "temperror" | "permerror";

/**
 * Why a signature has its result. The list is complete.
 *
 * Of a pass:
 * - `"verified"`: the signature is valid.
 *
 * Of policy; the signature is valid, but says too little:
 * - `"body-partly-signed"`: `l=` leaves octets of the body unsigned (RFC 6376 8.2).
 * - `"repeated-field"`: a field that is allowed once is in the header more often than it was signed (RFC 6376 8.15).
 *
 * Of fail:
 * - `"body-changed"`: the body is not the one that was signed.
 * - `"signature-mismatch"`: a signed header field was changed, or the key is not the signer's.
 * - `"expired"`: the time of `x=` is over.
 * - `"future"`: `t=` is more than 14 hours ahead.
 *
 * Of permerror:
 * - `"syntax"`: the field cannot be read, or lacks a tag.
 * - `"version"`: `v=` is not 1.
 * - `"algorithm"`: `a=` is not known, or is rsa-sha1 (RFC 8301).
 * - `"canonicalization"`: `c=` is not known.
 * - `"query-method"`: `q=` does not allow DNS.
 * - `"domain"`: `d=` and `s=` cannot be the name of a record.
 * - `"from-not-signed"`: `h=` does not name From.
 * - `"identity"`: `i=` is not in the domain of `d=`, or must be the same (`t=s`).
 * - `"body-length"`: `l=` counts more octets than the body has.
 * - `"no-key"`: there is no key record.
 * - `"key-syntax"`: the key record cannot be read.
 * - `"key-revoked"`: its `p=` is empty.
 * - `"key-type"`: it is for another algorithm.
 * - `"key-service"`: it is not for mail (`s=`).
 * - `"key-hash"`: it does not allow sha256 (`h=`).
 * - `"key-too-short"`: it has fewer than 1,024 bits (RFC 8301), or an exponent with which anybody could sign.
 * - `"key-too-long"`: it has more than 8,192 bits, or an exponent above 2^32; the signature was not verified.
 * - `"header-too-large"`: the header of the message has more than 4 MiB, so no signature was looked at.
 *
 * Of temperror:
 * - `"dns"`: the question for the key could not be answered now.
 * - `"deadline"`: the time was over.
 * - `"too-many-queries"`: the questions for this mail were used up.
 */
export type DkimCode =
  | "verified"
  | "body-partly-signed"
  | "repeated-field"
  | "body-changed"
  | "signature-mismatch"
  | "expired"
  | "future"
  | "syntax"
  | "version"
  | "algorithm"
  | "canonicalization"
  | "query-method"
  | "domain"
  | "from-not-signed"
  | "identity"
  | "body-length"
  | "no-key"
  | "key-syntax"
  | "key-revoked"
  | "key-type"
  | "key-service"
  | "key-hash"
  | "key-too-short"
  | "key-too-long"
  | "header-too-large"
  | "dns"
  | "deadline"
  | "too-many-queries";

/** What verifying one DKIM-Signature came to (RFC 6376). */
export interface DkimVerdict {
  /** The result, in the words of RFC 8601. */
  readonly result: DkimResult;
  /** Why, for programs. */
  readonly code: DkimCode;
  /** Why, in an English sentence. */
  readonly reason: string;
  /** For the owner of the domain: what to change, if the signature or its key is at fault. */
  readonly advice?: string | undefined;
  /** The domain that signed (`d=`), as A-labels. It proves nothing unless the result is pass. */
  readonly domain?: string | undefined;
  /** The selector of the key (`s=`). */
  readonly selector?: string | undefined;
  /** For whom the domain signed (`i=`); by default `@` and the domain. */
  readonly identity?: string | undefined;
  /** The algorithm (`a=`). */
  readonly algorithm?: SignatureAlgorithm | undefined;
  /** The size of the key in bits, if it was found. */
  readonly keyBits?: number | undefined;
  /** The fields that `h=` names, in lower case, in its order. A field that is not there must not be added. */
  readonly signed: readonly string[];
  /** The octets of the body in canonical form: all of them, and those that are signed. */
  readonly body: { readonly total: number; readonly signed: number };
  /** Whether the domain says that it is only testing DKIM (`t=y` in the key record). */
  readonly testing: boolean;
  /** When the message was signed, as the signer says (`t=`). */
  readonly signedAt?: Date | undefined;
  /** Until when the signature is valid (`x=`). */
  readonly expiresAt?: Date | undefined;
  /** The signature (`b=`) in base64; RFC 8601 tells several signatures apart by its first characters. */
  readonly signature?: string | undefined;
  /** The questions that were asked for the key. */
  readonly queries: readonly Query[];
}
