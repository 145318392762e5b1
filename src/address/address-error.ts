import { callersMistake, EnvoiError, named } from "../errors.ts";

/** The place of an {@link AddressError}. */
export interface AddressErrorPlace {
  /** The field or argument that held the input, such as `to[2]`. */
  readonly field?: string | undefined;
  /** The index of the offending character in `input`, in UTF-16 code units from 0. */
  readonly position?: number | undefined;
  /** The value that should be an address. */
  readonly input?: unknown;
}

/**
 * A value that is not a valid address, mailbox, group, domain or envelope.
 *
 * The message says what is wrong, where, and what to write instead. It quotes the input around that place, with
 * invisible characters escaped.
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
  /** What is wrong and what to do, without the field and the position. */
  readonly problem: string;
  /** The field or argument that held the input, if known. */
  readonly field: string | undefined;
  /** The offending index in {@link AddressError.input}, in UTF-16 code units, if there is one. */
  readonly position: number | undefined;
  /** The whole input. Not enumerable, so that a logged error does not contain input of any length. */
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

  /** Returns the same error for a longer `input`, in which the text that was read begins at `offset`. */
  within(input: string, offset: number): AddressError {
    const position = this.position === undefined ? undefined : this.position + offset;
    return new AddressError(this.problem, { field: this.field, position, input });
  }

  /** Returns the same error with the field that held the input. */
  inField(field: string | undefined): AddressError {
    return new AddressError(this.problem, { field, position: this.position, input: this.input });
  }

  /** Like every error of envoi, with field and position, without the input. */
  override toJSON(): object {
    return { ...super.toJSON(), field: this.field, position: this.position };
  }
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

/** How many characters of the input are shown on each side of the position. */
const reach = 40;

function excerpt(input: string, position: number): string {
  const from = position <= reach + 8 ? 0 : position - reach;
  const to = input.length <= position + reach + 8 ? input.length : position + reach;
  return `${from > 0 ? "…" : ""}${printable(input.slice(from, to))}${to < input.length ? "…" : ""}`;
}

/** Escapes what a terminal would interpret and what is invisible: controls, format characters, lone surrogates. */
function printable(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
