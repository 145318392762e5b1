import { LONGEST_TIMER } from "./longest-timer.ts";
import { type OptionReader, type OptionReaders, readOptions, wrongChoice, wrongOption } from "./options.ts";

/** `true` or `false`. */
export function flag(value: unknown, field: string): boolean {
  if (typeof value === "boolean") return value;
  throw wrongOption(field, "true or false", value);
}

/** A string that is not empty. */
export function text(value: unknown, field: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw wrongOption(field, "a string that is not empty", value);
}

/** A function. Its type is taken on trust. */
export function callback<F>(value: unknown, field: string): F {
  if (typeof value === "function") return value as F;
  throw wrongOption(field, "a function", value);
}

/** A string, or a regular expression that a part of it must match. */
export function pattern(value: unknown, field: string): string | RegExp {
  if (typeof value === "string" || value instanceof RegExp) return value;
  throw wrongOption(field, "a string or a regular expression", value);
}

/** A whole number from `least` to `most`. `Infinity` is one if `most` is. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): OptionReader<number> {
  return (value, field) => readNumber(value, field, "a whole number", least, most);
}

/** A whole number of milliseconds, at least `least`, for which a timer can be set. */
export function milliseconds(least: number = 1): OptionReader<number> {
  return (value, field) => readNumber(value, field, "a whole number of milliseconds", least, LONGEST_TIMER);
}

function readNumber(value: unknown, field: string, what: string, least: number, most: number): number {
  const whole = Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY;
  if (whole && (value as number) >= least && (value as number) <= most) return value as number;
  const range = most >= Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw wrongOption(field, `${what} ${range}`, value);
}

/** One of a few strings or other scalar values. */
export function oneOf<T>(choices: readonly T[]): OptionReader<T> {
  const known = choices.map((choice) => JSON.stringify(choice));
  const last = known.pop();
  const expected = known.length === 0 ? `${last}` : `${known.join(", ")} or ${last}`;
  return (value, field) => {
    if (choices.includes(value as T)) return value as T;
    throw wrongChoice(field, expected, value);
  };
}

/** An array, of which each element is read. The result is a new array. */
export function listOf<T>(read: OptionReader<T>): OptionReader<readonly T[]> {
  return (value, field) => {
    if (!Array.isArray(value)) throw wrongOption(field, "an array", value);
    // Array.from also visits the holes.
    return Array.from(value, (each: unknown, index) => read(each, `${field}[${index}]`));
  };
}

/** An object with options of its own. */
export function group<T extends object>(readers: OptionReaders<T>): OptionReader<T> {
  return (value, field) => readOptions(value as T, readers, field);
}

/** An instance of a class. */
export function instanceOf<T>(type: abstract new (...args: never) => T, name: string): OptionReader<T> {
  return (value, field) => {
    if (value instanceof type) return value;
    throw wrongOption(field, name, value);
  };
}
