import { callersMistake, EnvoiError } from "../errors.ts";

/** An option of a signer that cannot be as it is. */
export function wrongOption(option: string, problem: string, cause?: unknown): EnvoiError {
  return new EnvoiError(`DkimSigner ${option}: ${problem}`, {
    kind: "configuration",
    ...callersMistake,
    cause,
  });
}
