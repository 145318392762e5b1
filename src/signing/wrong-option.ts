import { type EnvoiError, misconfigured } from "../errors.ts";

/** An option of a signer that cannot be as it is. */
export function wrongOption(option: string, problem: string, cause?: unknown): EnvoiError {
  return misconfigured(`DkimSigner ${option}: ${problem}`, cause);
}
