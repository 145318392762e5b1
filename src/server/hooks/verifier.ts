import { createHash, timingSafeEqual } from "node:crypto";
import type { AuthAttempt } from "../../protocol/sasl/auth-attempt.ts";
import { keysMatch, type ScramKeys } from "../../protocol/sasl/scram-keys.ts";

/** A client that proves in several steps that it knows a secret: only the exchange itself can tell whether it does. */
export interface StepwiseAttempt {
  readonly user: string;
  prove(secret: string | ScramKeys): Promise<boolean>;
}

/** What compares a secret that the host holds with what a client has shown. */
export type Verifier = (secret: string | ScramKeys) => Promise<boolean>;

/** Compares secrets with this attempt, in the same time wherever they differ. */
export function verifier(attempt: AuthAttempt | StepwiseAttempt): Verifier {
  if ("prove" in attempt) return (secret) => attempt.prove(secret);
  if ("matches" in attempt) return async (secret) => typeof secret === "string" && attempt.matches(secret);
  if ("password" in attempt) {
    const { password } = attempt;
    return async (secret) =>
      typeof secret === "string" ? isSame(password, secret) : keysMatch(secret, password);
  }
  if ("token" in attempt)
    return async (secret) => typeof secret === "string" && isSame(attempt.token, secret);
  return async () => false;
}

/** Whether the attempt shows no password, so that `{ user }` alone must not accept it. */
export function needsProof(attempt: AuthAttempt | StepwiseAttempt): boolean {
  return "prove" in attempt || "matches" in attempt || "token" in attempt;
}

function isSame(shown: string, held: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(shown), digest(held));
}
