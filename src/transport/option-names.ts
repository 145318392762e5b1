import { misconfigured } from "../errors.ts";
import { checkNames } from "../text/known-names.ts";
import type { RequestOptions } from "./requests/requests.ts";
import type { SendOptions } from "./transport.ts";

/** The options of a send that ask something of the server. */
export const requestOptionNames: readonly (keyof RequestOptions)[] = [
  ...(["dsn", "requireTls", "deliverBy", "hold", "mtPriority", "submitter"] as const),
  ...(["parameters", "recipientParameters", "ifOffered"] as const),
];

/** The options of a send. */
export const sendOptionNames: readonly (keyof SendOptions)[] = [
  ...(["signal", "deadline", "envelope", "partial", "priority"] as const),
  ...requestOptionNames,
];

/**
 * Refuses options that are none: a misspelt `signal` or `deadline` would be one that does not hold.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function checkOptionNames(what: string, options: object, known: readonly string[]): void {
  checkNames(options, known, (problem) => misconfigured(`${what}: ${problem}`));
}
