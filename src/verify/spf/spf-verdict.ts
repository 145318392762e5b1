import type { Query } from "../resolver/answer.ts";

/** The results of SPF (RFC 7208 2.6, RFC 8601 2.7.2). */
export type SpfResult = "none" | "neutral" | "pass" | "fail" | "softfail" | "temperror" | "permerror";

/**
 * Why SPF came to its result. The list is complete.
 *
 * - `"matched"`: a mechanism of the record matched the client's address.
 * - `"no-match"`: no mechanism matched, and the result is neutral (RFC 7208 4.7).
 * - `"no-origin"`: the client's address is not known, so nothing was asked.
 * - `"logged-in"`: the client has logged in to the server, so nothing was asked.
 * - `"no-domain"`: the sender has no domain that can have a record (RFC 7208 4.3).
 * - `"no-record"`: the domain has no SPF record.
 * - `"several-records"`: the domain has more than one (RFC 7208 4.5).
 * - `"syntax"`: a record that was needed is not valid.
 * - `"missing-record"`: the target of an include or redirect has no record (RFC 7208 5.2, 6.1).
 * - `"too-many-lookups"`: more than 10 terms that ask DNS (RFC 7208 4.6.4).
 * - `"too-many-void-lookups"`: more than 2 questions without an answer.
 * - `"too-many-names"`: an `mx` with more than 10 names.
 * - `"dns"`: a question could not be answered now.
 * - `"deadline"`: the time was over.
 * - `"too-many-queries"`: the questions for this mail were used up.
 */
export type SpfCode =
  | "matched"
  | "no-match"
  | "no-origin"
  | "logged-in"
  | "no-domain"
  | "no-record"
  | "several-records"
  | "syntax"
  | "missing-record"
  | "too-many-lookups"
  | "too-many-void-lookups"
  | "too-many-names"
  | "dns"
  | "deadline"
  | "too-many-queries";

/** What SPF says about the client's right to use a domain. */
export interface SpfVerdict {
  /** The result, in the words of RFC 8601. */
  readonly result: SpfResult;
  /** Whether it is about the domain of MAIL FROM or, if the sender is null, about the name in HELO. */
  readonly identity: "mailfrom" | "hello";
  /** The domain that was checked, as A-labels if it is valid. */
  readonly domain: string;
  /** Why, for programs. */
  readonly code: SpfCode;
  /** Why, in an English sentence. */
  readonly reason: string;
  /** For the owner of the domain: what to change, if the record is at fault or does not allow the client. */
  readonly advice?: string | undefined;
  /** The mechanism that matched, as the record writes it. */
  readonly mechanism?: string | undefined;
  /** How many terms that ask DNS were evaluated; at most 10 are allowed. */
  readonly lookups: number;
  /** How many questions had no answer; at most 2 are allowed. */
  readonly voidLookups: number;
  /** The explanation of the domain's owner, if the result is fail (RFC 7208 6.2). Do not trust its contents. */
  readonly explanation?: string | undefined;
  /** The questions that were asked. */
  readonly queries: readonly Query[];
}
