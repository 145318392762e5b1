import type { Authentication } from "../authentication/authentication.ts";
import type { Advice, AdviceSeverity } from "./advice.ts";
import { arcAdvice } from "./arc-advice.ts";
import { adviceOnSignatures } from "./dkim-advice.ts";
import { dmarcAdvice } from "./dmarc-advice.ts";
import { spfAdvice } from "./spf-advice.ts";

/**
 * Turns the verdicts on a message into what its sender should change, the most important first. Empty if nothing needs
 * to be said.
 *
 * @example
 * ```ts
 * const authentication = await authenticate(await message.bytes(), { resolver });
 * for (const { severity, what, remedy } of advise(authentication)) console.log(severity, what, remedy);
 * ```
 */
export function advise(authentication: Authentication): readonly Advice[] {
  const lines = [
    ...dmarcAdvice(authentication),
    ...spfAdvice(authentication),
    ...adviceOnSignatures(authentication),
    ...arcAdvice(authentication),
  ];
  return lines.sort((one, other) => ranks[one.severity] - ranks[other.severity]);
}

const ranks: Readonly<Record<AdviceSeverity, number>> = { error: 0, warning: 1, note: 2 };
