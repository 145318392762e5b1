import { type EnvoiError, misconfigured } from "../../errors.ts";
import { checkNames } from "./known-names.ts";
import { described, shown } from "./shown-value.ts";

/**
 * Reads one option: returns its value as the code uses it. The usual readers are in `option-kinds.ts`.
 *
 * @param field the path of the option, for the error: `"listeners[1].port"`.
 * @throws EnvoiError of kind `"configuration"` if the value is not what the option must be.
 */
export type OptionReader<T> = (value: unknown, field: string) => T;

/** A reader for each option of `T`. The compiler checks that no option is missing. */
export type OptionReaders<T> = {
  readonly [Name in keyof T]-?: OptionReader<Exclude<T[Name], undefined>>;
};

/**
 * Reads an object with options into a new one. Options that are `undefined` are left out; the caller applies the
 * defaults.
 *
 * @param field the path of the object; absent if the object is the options of a call.
 * @param required the options that must be there: their readers refuse `undefined`.
 * @throws EnvoiError of kind `"configuration"` if `given` is not an object, if it has an option that does not exist, or
 * if an option is not what it must be.
 *
 * @example
 * ```text
 * const readers: OptionReaders<ListenOptions> = { host: text, port: wholeNumber(0, 65_535) };
 * const { host = "127.0.0.1", port = 0 } = readOptions(given, readers);
 * ```
 */
export function readOptions<T extends object>(
  given: object,
  readers: OptionReaders<T>,
  field?: string,
  required: readonly (keyof T)[] = [],
): T {
  checkNames<object>(given, readers, (problem) => refuseOption(field ?? "options", problem));
  const read: Partial<T> = {};
  for (const name in readers) {
    const value: unknown = Reflect.get(given, name);
    if (value !== undefined || required.includes(name))
      read[name] = readers[name](value, field === undefined ? name : `${field}.${name}`);
  }
  return read as T;
}

/**
 * The error for an option that is not what it must be: "*field*: expected *X*, got *Y*", then the remedy if it is not
 * obvious.
 *
 * It does not show a string, which may be a secret or an address: see {@link wrongChoice}.
 *
 * @param remedy a sentence, without its full stop.
 */
export function wrongOption(field: string, expected: string, value: unknown, remedy?: string): EnvoiError {
  return refuseOption(field, `expected ${expected}, got ${described(value)}`, remedy);
}

/** Like {@link wrongOption}, and shows a string: for options that are one of a few words. */
export function wrongChoice(field: string, expected: string, value: unknown, remedy?: string): EnvoiError {
  return refuseOption(field, `expected ${expected}, got ${shown(value)}`, remedy);
}

/** The error for an option that is of the right kind, but cannot be used, alone or together with another one. */
export function refuseOption(field: string, problem: string, remedy?: string, cause?: unknown): EnvoiError {
  return misconfigured(`${field}: ${problem}${remedy === undefined ? "" : `. ${remedy}`}`, cause);
}
