import type { Advice } from "../../verify/advice/advice.ts";
import { advise } from "../../verify/advice/advise.ts";
import type { Authentication } from "../../verify/authentication/authentication.ts";

/** What verifying a message came to: plain data, from which both the text and the JSON are made. */
export interface VerifyReport extends Omit<Authentication, "stamp"> {
  /** Whether the sender should change nothing. */
  readonly ok: boolean;
  /** What the sender should change, the most important first. */
  readonly advice: readonly Advice[];
}

/** Makes the report of the verdicts on a message. */
export function verifyReport(authentication: Authentication): VerifyReport {
  const { stamp: _, ...verdicts } = authentication;
  const advice = advise(authentication);
  return { ok: advice.every(({ severity }) => severity === "note"), advice, ...verdicts };
}
