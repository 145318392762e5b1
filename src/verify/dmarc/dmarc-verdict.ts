import type { Query } from "../resolver/answer.ts";

/** The results of DMARC (RFC 9989, RFC 8601 2.7.1 and its registry). */
export type DmarcResult = "none" | "pass" | "fail" | "temperror" | "permerror";

/** What the owner of a domain asks to be done with mail that fails (RFC 9989 4.7). */
export type DmarcPolicy = "none" | "quarantine" | "reject";

/**
 * Why DMARC came to its result. The list is complete.
 *
 * - `"aligned"`: a domain that SPF or DKIM proved is aligned with the author's.
 * - `"not-aligned"`: none is.
 * - `"arc"`: none is, but a trusted ARC chain says that DMARC passed before the message was changed. The disposition is
 *   `"none"`. Only `authenticate` and the server look at chains.
 * - `"logged-in"`: the client has logged in to the server, so the message was not looked at.
 * - `"no-record"`: the domain has no DMARC record.
 * - `"invalid-record"`: the policy of the record is not valid.
 * - `"no-from"`: the message has no From field, or one without an address.
 * - `"several-from"`: the message has more than one From field.
 * - `"several-domains"`: the authors have different domains.
 * - `"invalid-from"`: the From field cannot be read, or an author's domain is an address literal.
 * - `"dns"`: a question that was needed could not be answered now.
 * - `"deadline"`: the time was over.
 * - `"too-many-queries"`: the questions for this mail were used up.
 */
export type DmarcCode =
  | "aligned"
  | "not-aligned"
  | "arc"
  | "logged-in"
  | "no-record"
  | "invalid-record"
  | "no-from"
  | "several-from"
  | "several-domains"
  | "invalid-from"
  | "dns"
  | "deadline"
  | "too-many-queries";

/** What a DMARC record says (RFC 9989 4.7), with the defaults of what it does not say. */
export interface PublishedPolicy {
  /** The domain whose record it is: the record is at `_dmarc.<domain>`. */
  readonly domain: string;
  /** The policy for the domain. */
  readonly p: DmarcPolicy;
  /** The policy for its subdomains. */
  readonly sp: DmarcPolicy;
  /** The policy for subdomains that do not exist. */
  readonly np: DmarcPolicy;
  /** Whether the domains of DKIM must be the same (`"s"`), or may have the same organizational domain (`"r"`). */
  readonly adkim: "r" | "s";
  /** The same for SPF. */
  readonly aspf: "r" | "s";
  /** Whether the policy is only being tested (`t=y`). */
  readonly testing: boolean;
  /** The URIs for aggregate reports that are valid. */
  readonly rua: readonly string[];
}

/** What DMARC says about the author of a message. */
export interface DmarcVerdict {
  /** The result, in the words of RFC 8601. */
  readonly result: DmarcResult;
  /** Why, for programs. */
  readonly code: DmarcCode;
  /** Why, in an English sentence. */
  readonly reason: string;
  /** For the owner of the domain: what to change. */
  readonly advice?: string | undefined;
  /** The domain of the author, as A-labels, if there is exactly one. */
  readonly domain?: string | undefined;
  /** The domain whose record was applied: the record is at `_dmarc.<recordDomain>`. */
  readonly recordDomain?: string | undefined;
  /** The record that was applied. */
  readonly record?: string | undefined;
  /** The policy for this author's domain: that of `p`, `sp` or `np`, one step lower with `t=y`. */
  readonly policy?: DmarcPolicy | undefined;
  /** Whether the owner says that the policy is only being tested (`t=y`). */
  readonly testing: boolean;
  /** What the owner asks to be done with this message: the policy if the result is fail, otherwise `"none"`. */
  readonly disposition: DmarcPolicy;
  /** What the record says, as aggregate reports quote it. */
  readonly published?: PublishedPolicy | undefined;
  /** Which of SPF and DKIM passed for a domain that is aligned with the author's. */
  readonly aligned: { readonly spf: boolean; readonly dkim: boolean };
  /** The questions that were asked. */
  readonly queries: readonly Query[];
}
