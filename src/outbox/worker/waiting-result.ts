import type { AttemptResult } from "./attempt-result.ts";

/** A result that is to be written, and whether its mail was marked, so that it has a slot until then. */
export interface WaitingResult {
  readonly result: AttemptResult;
  readonly handed: boolean;
}

/** How many of the results are of mails that were marked. */
export function endedOf(results: readonly WaitingResult[]): number {
  return results.filter(({ handed }) => handed).length;
}
