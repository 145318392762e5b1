import { type EnvoiError, misconfigured } from "../../errors.ts";
import { checkNames } from "../../text/known-names.ts";
import { shown } from "../../text/shown.ts";

/** The options in an object, read one by one: what is not of its type, or beyond its range, is refused by name. */
export class OptionReader<T extends object> {
  /** The object itself. */
  readonly given: T;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #prefix: string;

  /**
   * `prefix` stands before each name: `"timeouts."`. With `known` there must be no other names.
   *
   * @throws EnvoiError of kind `"configuration"`.
   */
  constructor(given: T, prefix = "", known?: readonly (keyof T & string)[]) {
    const refuse = (problem: string): EnvoiError =>
      refuseOption(prefix === "" ? problem : `${prefix.slice(0, -1)}: ${problem}`);
    checkNames(given, known ?? Object.keys(given ?? {}), refuse);
    this.given = given;
    this.#values = given as Readonly<Record<string, unknown>>;
    this.#prefix = prefix;
  }

  /** A whole number. */
  count(
    name: keyof T & string,
    standard: number,
    least: number,
    most: number = Number.MAX_SAFE_INTEGER,
  ): number {
    const value = this.#values[name];
    if (value === undefined) return standard;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most)
      return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw this.refuse(name, `${shown(value)} is not a whole number ${range}`);
  }

  /** A number of milliseconds for which a timer can be set. */
  milliseconds(name: keyof T & string, standard: number, least: number = 1): number {
    return this.count(name, standard, least, LONGEST_TIMER);
  }

  /** `true` or `false`. */
  flag(name: keyof T & string, standard: boolean = false): boolean {
    const value = this.#values[name];
    if (value === undefined || typeof value === "boolean") return value ?? standard;
    throw this.refuse(name, `${shown(value)} is neither true nor false`);
  }

  /** Text that is not empty. */
  text(name: keyof T & string): string | undefined {
    const value = this.#values[name];
    if (value === undefined || isText(value)) return value;
    throw this.refuse(name, `${shown(value)} is no text, or empty`);
  }

  /** One of a few texts. */
  choice<C extends string>(name: keyof T & string, choices: readonly C[]): C | undefined {
    const value = this.#values[name];
    if (value === undefined || choices.includes(value as C)) return value as C | undefined;
    throw this.refuse(name, `${shown(value)} is none of ${choices.map((each) => `"${each}"`).join(", ")}`);
  }

  /** A list of texts that are not empty. */
  texts(name: keyof T & string): readonly string[] | undefined {
    const value = this.#values[name];
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw this.refuse(name, `${shown(value)} is no array`);
    const wrong = value.findIndex((each) => !isText(each));
    if (wrong === -1) return value;
    throw this.refuse(`${name}[${wrong}]`, `${shown(value[wrong])} is no text, or empty`);
  }

  /** An object with options of its own; an empty one where there is none. */
  object<K extends keyof T & string>(
    name: K,
    known: readonly (keyof NonNullable<T[K]> & string)[],
  ): OptionReader<NonNullable<T[K]>> {
    const value = (this.#values[name] === undefined ? {} : this.#values[name]) as NonNullable<T[K]>;
    return new OptionReader(value, `${this.#prefix}${name}.`, known);
  }

  /** The error for an option that cannot be meant. */
  refuse(name: string, problem: string, cause?: unknown): EnvoiError {
    return refuseOption(`${this.#prefix}${name}: ${problem}`, cause);
  }
}

/** The error for options that make no sense, or none together. */
export function refuseOption(problem: string, cause?: unknown): EnvoiError {
  return misconfigured(`server: ${problem}`, cause);
}

/** Milliseconds; beyond this setTimeout fires at once. */
const LONGEST_TIMER = 2_147_483_647;

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
