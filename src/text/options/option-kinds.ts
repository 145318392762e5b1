import { LONGEST_TIMER } from "./longest-timer.ts";
import {
  type OptionReader,
  type OptionReaders,
  readOptions,
  wrongChoice,
  wrongOption,
} from "./option-reader.ts";

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

/** A function. Its type is not checked. */
export function callback<F>(value: unknown, field: string): F {
  if (typeof value === "function") return value as F;
  throw wrongOption(field, "a function", value);
}

/** An object that has a method, so that it may be of an interface. The rest of its type is not checked. */
export function objectWith<T>(method: keyof T & string): OptionReader<T> {
  return (value, field) => {
    callback(Object(value)[method], `${field}.${method}`);
    return value as T;
  };
}

/** A string, or a regular expression. */
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

/** A number of milliseconds, at least `least` or else above 0, also a fraction of one. `Infinity` is without limit. */
export function duration(least?: 0): OptionReader<number> {
  return (value, field) => {
    if (typeof value === "number" && (value > 0 || value === least)) return value;
    throw wrongOption(field, `milliseconds ${least === 0 ? "from" : "above"} 0`, value);
  };
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
    // Array.from also visits holes.
    return Array.from(value, (each: unknown, index) => read(each, `${field}[${index}]`));
  };
}

/** An object with options of its own, of which the `required` ones must be there. */
export function group<T extends object>(
  readers: OptionReaders<T>,
  required?: readonly (keyof T)[],
): OptionReader<T> {
  return (value, field) => readOptions(value as object, readers, field, required);
}

/** An instance of a class, which the error calls `name`: `"a Date"`. */
export function instanceOf<T>(
  type: { readonly prototype: T; [Symbol.hasInstance](value: unknown): boolean },
  name: string,
): OptionReader<T> {
  return (value, field) => {
    if (value instanceof type) return value as T;
    throw wrongOption(field, name, value);
  };
}

/** Either one value or an array of them; the result is an array. */
export function oneOrMore<T>(read: OptionReader<T>): OptionReader<readonly T[]> {
  const readAll = listOf(read);
  return (value, field) => (Array.isArray(value) ? readAll(value, field) : [read(value, field)]);
}

/** PEM, as text or as bytes. It is decoded only when it is used. */
export function pem(value: unknown, field: string): string | Buffer {
  if (value instanceof Uint8Array) return Buffer.isBuffer(value) ? value : Buffer.from(value);
  if (typeof value === "string" && value !== "") return value;
  throw wrongOption(field, "PEM as a string or a Buffer", value);
}

/** An AbortSignal, also one of another realm. */
export function abortSignal(value: unknown, field: string): AbortSignal {
  const signal = value as Partial<AbortSignal> | null;
  const sound =
    typeof signal?.aborted === "boolean" &&
    typeof signal.addEventListener === "function" &&
    typeof signal.removeEventListener === "function";
  if (sound) return value as AbortSignal;
  throw wrongOption(field, "an AbortSignal", value);
}

/** An object whose names are the caller's own, of which each value is read. */
export function record<T>(read: OptionReader<T>): OptionReader<Readonly<Record<string, T>>> {
  return (value, field) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw wrongOption(field, "an object", value);
    const entries = Object.entries(value).map(([name, each]) => [name, read(each, `${field}.${name}`)]);
    return Object.fromEntries(entries);
  };
}
