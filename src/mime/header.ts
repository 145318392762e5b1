import { MessageError, wrongField } from "./message-error.ts";

/**
 * One header field: its name, its value as a reader sees it, and its lines as they are sent.
 *
 * Only this file has the two rules that prevent header injection: which names are valid (`headerName`) and which
 * characters a value may contain (`checkText`). The modules that format values make their headers here.
 *
 * @example
 * ```ts
 * const received = [...message.headers].filter(({ name }) => name.toLowerCase() === "received");
 * console.log(received.map(({ value }) => value));
 * ```
 */
export class Header {
  /** The name, in the given case. */
  readonly name: string;
  /** The field as it is sent: folded, encoded, with CRLF at its end. */
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
   * Makes a header from a value and its lines, which have no CRLF at their end.
   *
   * @param inUtf8 returns the lines in UTF-8, if they differ
   */
  static formatted(
    name: string,
    value: string | (() => string),
    lines: string,
    inUtf8?: () => string,
  ): Header {
    return new Header(name, value, `${lines}\r\n`, inUtf8);
  }

  /** Returns the same field with its text in UTF-8 instead of encoded words (RFC 6532). */
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
 * @throws MessageError if the name is not valid.
 */
export function headerName(name: string): string {
  if (typeof name === "string" && /^[\x21-\x39\x3b-\x7e]{1,76}$/.test(name) && !/[()<>@,;\\"[\]]/.test(name))
    return name;
  throw new MessageError(
    "header: expected a name of 1 to 76 printable ASCII characters without spaces, brackets, quotes and separators",
    { field: "header", position: Math.max(0, String(name).search(/[^\x21-\x7e]|[()<>@,:;\\"[\]]/)) },
  );
}

/** Control characters except TAB, the line separators of Unicode, and lone surrogates. */
const forbidden = /[\0-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]|\p{Surrogate}/u;
/** Text that needs no further check, so that the common case is cheap. */
const harmless = /^[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\uffff]*$/;

/**
 * Checks text for a header: a subject, a display name, a file name or a comment.
 *
 * @throws MessageError naming the field and the position if a character could end the line or is not a character.
 */
export function checkText(value: string, field: string): string {
  if (typeof value !== "string") throw wrongField(field, "a string", value);
  if (harmless.test(value)) return value;
  const position = value.search(forbidden);
  if (position < 0) return value;
  const code = value.charCodeAt(position);
  throw new MessageError(
    `${field}: expected text for a header, got ${describe(code)} at position ${position}`,
    {
      field,
      position,
    },
  );
}

function describe(code: number): string {
  if (code === 0x0d || code === 0x0a) return "a line break";
  if (code === 0) return "NUL";
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return code >= 0xd800 && code <= 0xdfff
    ? `half of a surrogate pair (${hex})`
    : `the control character ${hex}`;
}
