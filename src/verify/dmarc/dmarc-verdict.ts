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
 * - `"no-record"`: the domain has no DMARC record.
 * - `"no-from"`: the message has no From field, or one without an address.
 * - `"several-from"`: the message has more than one From field.
 * - `"several-domains"`: the authors have different domains.
 * - `"invalid-from"`: the From field cannot be read, or the author's domain is an address literal.
 * - `"dns"`: a question that was needed could not be answered now.
 * - `"deadline"`: the time was over.
 * - `"too-many-queries"`: the questions for this mail were used up.
 */
export type DmarcCode =
  | "aligned"
  | "not-aligned"
  | "no-record"
  | "no-from"
  | "several-from"
  | "several-domains"
  | "invalid-from"
  | "dns"
  | "deadline"
  | "too-many-queries";

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
  /** The organizational domain of the author's domain (RFC 9989 4.10.2). */
  readonly organizationalDomain?: string | undefined;
  /** The domain whose record was applied, below which it stands at `_dmarc`. */
  readonly recordDomain?: string | undefined;
  /** The record that was applied. */
  readonly record?: string | undefined;
  /** The policy for this author's domain: that of `p`, `sp` or `np`, one step lower with `t=y`. */
  readonly policy?: DmarcPolicy | undefined;
  /** Whether the owner says that the policy is only being tested (`t=y`). */
  readonly testing: boolean;
  /** What the owner asks to be done with this message: the policy if the result is fail, otherwise `"none"`. */
  readonly disposition: DmarcPolicy;
  /** Which of SPF and DKIM passed for a domain that is aligned with the author's. */
  readonly aligned: { readonly spf: boolean; readonly dkim: boolean };
  /** The questions that were asked. */
  readonly queries: readonly Query[];
}
