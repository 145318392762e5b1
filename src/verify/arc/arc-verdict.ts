import type { Query } from "../resolver/answer.ts";
import type { AuthenticationResults } from "../results/authentication-results.ts";

/** The results of ARC (RFC 8617 4.4). */
export type ArcResult = "none" | "pass" | "fail";

/**
 * Why a chain has its result. The list is complete.
 *
 * - `"no-chain"`: the message has no ARC fields.
 * - `"logged-in"`: the client has logged in to the server, so the message was not looked at.
 * - `"verified"`: the chain is whole, and the message is as the last sealer sent it on.
 * - `"recorded"`: the last sealer found the chain broken, and recorded it (`cv=fail`).
 * - `"structure"`: the sets are not complete, or not numbered from 1 without a gap, or more than 50.
 * - `"chain-status"`: a `cv=` is not what it must be at its place.
 * - `"syntax"`: a field cannot be read, or has a tag that it must not have.
 * - `"message"`: the last ARC-Message-Signature does not verify.
 * - `"seal"`: an ARC-Seal does not verify.
 * - `"header-too-large"`: the header of the message has more than 4 MiB, so it was not looked at.
 * - `"dns"`, `"deadline"`, `"too-many-queries"`: a key could not be looked up now. The chain may be whole.
 */
export type ArcCode =
  | "no-chain"
  | "logged-in"
  | "verified"
  | "recorded"
  | "structure"
  | "chain-status"
  | "syntax"
  | "message"
  | "seal"
  | "header-too-large"
  | "dns"
  | "deadline"
  | "too-many-queries";

/** What one server in the chain said (an ARC set). It proves something only in a chain that passes. */
export interface ArcSet {
  /** The number of the set; 1 is the oldest. */
  readonly instance: number;
  /** The domain that sealed the chain (`d=` of ARC-Seal), as A-labels. */
  readonly sealer: string;
  /** The domain that signed the message (`d=` of ARC-Message-Signature). */
  readonly signer: string;
  /** Whether the signature of the message covers From. */
  readonly signsFrom: boolean;
  /** When it was sealed, as the sealer says. */
  readonly sealedAt?: Date | undefined;
  /** What the server had found out about the message; `undefined` if that cannot be read. */
  readonly results?: AuthenticationResults | undefined;
}

/** What verifying the chain of a message came to (RFC 8617). */
export interface ArcVerdict {
  /** The result, in the words of RFC 8601. */
  readonly result: ArcResult;
  /** Why, for programs. */
  readonly code: ArcCode;
  /** Why, in an English sentence. */
  readonly reason: string;
  /** For the owner of a domain in the chain: what to change. */
  readonly advice?: string | undefined;
  /** The highest number of a set in the message; 0 if it has none. */
  readonly instances: number;
  /**
   * Of a pass: the lowest set since which the message has not been changed, or 0 if it has not been changed since the
   * first (RFC 8617 5.2).
   */
  readonly oldestPass?: number | undefined;
  /** The sets of a chain that passes, the oldest first; empty otherwise. */
  readonly sets: readonly ArcSet[];
  /** The questions that were asked for keys. */
  readonly queries: readonly Query[];
}
