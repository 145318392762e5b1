import { callersMistake, EnvoiError, named } from "../errors.ts";

/** Where an {@link AddressError} lies. */
export interface AddressErrorPlace {
  /** The field or argument that held the input, such as `to[2]`. */
  readonly field?: string | undefined;
  /** The offending place: an index into `input`, in UTF-16 code units, from 0. */
  readonly position?: number | undefined;
  /** What was to be read as an address. */
  readonly input?: unknown;
}

/**
 * Something that is not an address, a mailbox, a group, a domain or an envelope.
 *
 * The message says what is wrong, where, and what to write instead. It quotes the input, cut to what lies around
 * the place, with everything invisible escaped.
 *
 * @example
 * ```ts
 * try {
 *   Address.parse(form.email);
 * } catch (error) {
 *   if (error instanceof AddressError) form.complain(error.message, error.position);
 * }
 * ```
 */
export class AddressError extends EnvoiError {
  /** What is wrong and what to do, without the place. */
  readonly problem: string;
  /** The field or argument that held the input, if known. */
  readonly field: string | undefined;
  /** The offending index in {@link AddressError.input}, in UTF-16 code units, if there is one. */
  readonly position: number | undefined;
  /** The whole input. Not enumerable, so that a logged error does not carry what a stranger typed at any length. */
  declare readonly input: unknown;

  static {
    named(AddressError, "AddressError");
  }

  /** What is wrong, and where; the message quotes the input around it. */
  constructor(problem: string, { field, position, input }: AddressErrorPlace = {}) {
    super(inWords(problem, field, position, input), { kind: "address", ...callersMistake });
    this.problem = printable(problem);
    this.field = field;
    this.position = position;
    Object.defineProperty(this, "input", { value: input });
  }

  /** The same error seen from further out: what was read is part of `input`, beginning at `offset`. */
  within(input: string, offset: number): AddressError {
    const position = this.position === undefined ? undefined : this.position + offset;
    return new AddressError(this.problem, { field: this.field, position, input });
  }

  /** The same error, naming the field that held the input. */
  inField(field: string | undefined): AddressError {
    return new AddressError(this.problem, { field, position: this.position, input: this.input });
  }

  /** As every error of envoi, with the place; without the input. */
  override toJSON(): object {
    return { ...super.toJSON(), field: this.field, position: this.position };
  }
}

/** What kind of thing a value is, in words; runs no code of the value. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function inWords(
  problem: string,
  field: string | undefined,
  position: number | undefined,
  input: unknown,
): string {
  const what = printable(field === undefined ? problem : `${field}: ${problem}`);
  if (typeof input !== "string" || input === "") return what;
  const place = position === undefined ? "in" : `at position ${position} of`;
  return `${what} (${place} \`${excerpt(input, position ?? 0)}\`)`;
}

/** How much of the input is shown on each side of the place. */
const reach = 40;

function excerpt(input: string, position: number): string {
  const from = position <= reach + 8 ? 0 : position - reach;
  const to = input.length <= position + reach + 8 ? input.length : position + reach;
  return `${from > 0 ? "…" : ""}${printable(input.slice(from, to))}${to < input.length ? "…" : ""}`;
}

/** Escapes what a terminal would obey and what nobody sees: controls, format characters, half surrogates. */
function printable(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
