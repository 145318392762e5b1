import { LabError, shownValue } from "./lab-error.ts";
import type { QueryParameter } from "./lab-route.ts";

/** A text. */
export function text(description: string): QueryParameter<string | undefined> {
  return { description, schema: { type: "string" }, read: (value) => value };
}

/** One of a few words. */
export function word<const Words extends readonly string[]>(
  description: string,
  words: Words,
): QueryParameter<Words[number] | undefined> {
  return {
    description,
    schema: { type: "string", enum: words },
    read(value, field) {
      if (value === undefined || words.includes(value)) return value;
      throw wrong(field, `one of ${words.join(", ")}`, value);
    },
  };
}

/** A switch: `1` or `true`, `0` or `false`. */
export function flag(description: string): QueryParameter<boolean> {
  return {
    description,
    schema: { type: "string", enum: ["1", "true", "0", "false"], default: "0" },
    read(value = "0", field) {
      if (/^(?:1|true|0|false)$/.test(value)) return value === "1" || value === "true";
      throw wrong(field, "1, true, 0 or false", value);
    },
  };
}

/** A whole number. */
export function number(
  description: string,
  { from, to, normally }: { readonly from: number; readonly to: number; readonly normally: number },
): QueryParameter<number> {
  return {
    description,
    schema: { type: "integer", minimum: from, maximum: to, default: normally },
    read(value, field) {
      const read = value === undefined ? normally : Number(value);
      if (/^\d{1,15}$/.test(value ?? "0") && read >= from && read <= to) return read;
      throw wrong(field, `a whole number from ${from} to ${to}`, value);
    },
  };
}

/**
 * A time, read in milliseconds: a number with `s` or `ms`, or a number alone. People write both `10` and `10000` for
 * ten seconds, so a number below 1000 counts seconds, and any other milliseconds.
 */
export function duration(
  description: string,
  { most, normally }: { readonly most: number; readonly normally: number },
): QueryParameter<number> {
  return {
    description: `${description} \`10s\` or \`500ms\`; a number alone is in seconds if it is below 1000, otherwise in milliseconds. At most ${most / 1000} s.`,
    schema: { type: "string", pattern: DURATION.source, default: `${normally / 1000}s` },
    read(value = `${normally}ms`, field) {
      const [, amount = "", unit] = DURATION.exec(value) ?? [];
      const inSeconds = unit === undefined ? Number(amount) < 1000 : unit === "s";
      const time = Number(amount) * (inSeconds ? 1000 : 1);
      if (amount !== "" && time <= most) return time;
      throw wrong(field, `a time such as 10s or 500ms, at most ${most / 1000}s`, value);
    },
  };
}

const DURATION = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s)?$/;

function wrong(field: string, expected: string, value: string | undefined): LabError {
  return new LabError({ field, expected, got: shownValue(value) });
}
