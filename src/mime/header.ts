import { MessageError, wrongField } from "./message-error.ts";

/**
 * One header field: its name, its value as a reader sees it, and its lines as they are sent.
 *
 * This file holds the two rules that keep a header from becoming another one, and nothing else does: what a name
 * may be (`headerName`) and what may stand in a value (`checkText`). The modules that format values
 * make their headers here.
 *
 * @example
 * ```ts
 * const received = [...message.headers].filter(({ name }) => name.toLowerCase() === "received");
 * console.log(received.map(({ value }) => value));
 * ```
 */
export class Header {
  /** The name, in the letters it was given. */
  readonly name: string;
  /** The field as sent: folded, encoded, CRLF at its end. */
  readonly lines: string;
  #value: string | (() => string);
  readonly #inUtf8: (() => string) | undefined;

  private constructor(name: string, value: string | (() => string), lines: string, inUtf8?: () => string) {
    this.name = name;
    this.#value = value;
    this.lines = lines;
    this.#inUtf8 = inUtf8;
  }

  /**
   * A header of which a formatter knows the value and the lines; these have no CRLF at their end.
   *
   * @param inUtf8 gives the lines in UTF-8, where they differ
   */
  static formatted(
    name: string,
    value: string | (() => string),
    lines: string,
    inUtf8?: () => string,
  ): Header {
    return new Header(name, value, `${lines}\r\n`, inUtf8);
  }

  /** The same field with its text in UTF-8 in place of encoded words (RFC 6532). */
  inUtf8(): Header {
    return this.#inUtf8 === undefined ? this : new Header(this.name, this.#value, `${this.#inUtf8()}\r\n`);
  }

  /** The value, unfolded and decoded. */
  get value(): string {
    if (typeof this.#value === "function") this.#value = this.#value();
    return this.#value;
  }

  /** `Name: value`, unfolded and decoded. */
  toString(): string {
    return `${this.name}: ${this.value}`;
  }
}

/**
 * Checks a name for a header field: printable ASCII without colon (RFC 5322 section 2.2), at most 76 characters.
 *
 * @throws MessageError if it is none.
 */
export function headerName(name: string): string {
  if (typeof name === "string" && /^[\x21-\x39\x3b-\x7e]{1,76}$/.test(name) && !/[()<>@,;\\"[\]]/.test(name))
    return name;
  throw new MessageError(
    "a header name must be 1 to 76 printable ASCII characters without space, colon, brackets, quotes or separators",
    { field: "header", position: Math.max(0, String(name).search(/[^\x21-\x7e]|[()<>@,:;\\"[\]]/)) },
  );
}

/** Control characters but TAB, the line separators of Unicode, and halves of surrogate pairs. */
const forbidden = /[\0-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]|\p{Surrogate}/u;
/** What needs no closer look, so that the common case is one cheap pass. */
const harmless = /^[\x20-\x7e]*$/;

/**
 * Checks text that is to stand in a header, in a name, a file name or a comment as well as in a subject.
 *
 * @throws MessageError naming the field and the position if a character could end the line or is no character.
 */
export function checkText(value: string, field: string): string {
  if (typeof value !== "string") throw wrongField(field, "a string", value);
  if (harmless.test(value)) return value;
  const position = value.search(forbidden);
  if (position < 0) return value;
  const code = value.charCodeAt(position);
  throw new MessageError(`${field}: ${describe(code)} at position ${position} cannot stand in a header`, {
    field,
    position,
  });
}

function describe(code: number): string {
  if (code === 0x0d || code === 0x0a) return "a line break";
  if (code === 0) return "NUL";
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return code >= 0xd800 && code <= 0xdfff
    ? `half of a surrogate pair (${hex})`
    : `the control character ${hex}`;
}
