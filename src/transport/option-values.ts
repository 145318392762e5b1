import { misconfigured } from "../errors.ts";
import { shown } from "../text/shown.ts";

/**
 * Refuses what is no whole number from `least` to `most`. Infinity is one where `most` is.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function checkCount(what: string, value: unknown, least: number, most: number = MOST): void {
  const whole = Number.isInteger(value) || value === Number.POSITIVE_INFINITY;
  if (whole && (value as number) >= least && (value as number) <= most) return;
  const range = most >= MOST ? `from ${least}` : `from ${least} to ${most}`;
  throw misconfigured(`${what} is a whole number ${range}, not ${shown(value)}`);
}

const MOST: number = Number.MAX_SAFE_INTEGER;

/**
 * Refuses what is no number of milliseconds: one above 0, or from `least`.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function checkMilliseconds(what: string, ms: unknown, least: number = Number.MIN_VALUE): void {
  if (typeof ms === "number" && ms >= least) return;
  const above = least > 0 ? " above 0" : "";
  throw misconfigured(`${what}: ${shown(ms)} is no number of milliseconds${above}`);
}

/** Refuses what is neither `true` nor `false`. @throws EnvoiError of kind `"configuration"`. */
export function checkFlag(what: string, value: unknown): void {
  if (typeof value !== "boolean") throw misconfigured(`${what} is true or false`);
}
