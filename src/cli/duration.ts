import { CommandError } from "./exit-status.ts";
import { shown } from "./masked.ts";

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads a time such as `500ms`, `30s` or `2m`; a number alone is seconds. Returns milliseconds. */
export function readDuration(text: string, flag: string): number {
  const [, number = "", unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  const duration = Number(number) * (units[unit] ?? 0);
  if (number === "" || duration <= 0)
    throw new CommandError(`${flag}: expected a time such as 500ms, 30s or 2m, got ${shown(text)}`);
  return duration;
}
