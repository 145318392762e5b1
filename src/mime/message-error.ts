import { callersMistake, EnvoiError, named } from "../errors.ts";
import { described, shown } from "../text/options/shown-value.ts";

/** The place of a mistake in a message. */
export interface MessageErrorDetails {
  /** The field, by its name in the builder or its name as a header. */
  readonly field?: string | undefined;
  /** The index of the offending character in what was given for the field, counted in UTF-16 units from 0. */
  readonly position?: number | undefined;
  /** The error underneath, if there is one. */
  readonly cause?: unknown;
}

/**
 * A message, part or header that is not valid. Nothing was sent, and the same input will not pass.
 *
 * @example
 * ```ts
 * try {
 *   Message.builder().subject("a\r\nBcc: victim@example.com");
 * } catch (error) {
 *   if (error instanceof MessageError) console.error(error.field, error.position); // "subject" 1
 * }
 * ```
 */
export class MessageError extends EnvoiError {
  /** The field, by its name in the builder or as a header. */
  readonly field: string | undefined;
  /** The index of the offending character in what was given, in UTF-16 units. */
  readonly position: number | undefined;

  static {
    named(MessageError, "MessageError");
  }

  /** What is wrong, and where. */
  constructor(message: string, { field, position, cause }: MessageErrorDetails = {}) {
    super(message, { kind: "message", ...callersMistake, cause });
    this.field = field;
    this.position = position;
  }
}

/**
 * The error for a field that is not what it must be: "*field*: expected *X*, got *Y*", then the remedy if it is not
 * obvious. It does not show a string, which may be content of the message: see {@link wrongWord}.
 *
 * @param remedy a sentence, without its full stop.
 */
export function wrongField(field: string, expected: string, value: unknown, remedy?: string): MessageError {
  return wrong(field, expected, described(value), remedy);
}

/** Like {@link wrongField}, and shows a string: for fields that are a word out of a few, a name or a media type. */
export function wrongWord(field: string, expected: string, value: unknown, remedy?: string): MessageError {
  return wrong(field, expected, shown(value), remedy);
}

function wrong(field: string, expected: string, got: string, remedy: string | undefined): MessageError {
  const hint = remedy === undefined ? "" : `. ${remedy}`;
  return new MessageError(`${field}: expected ${expected}, got ${got}${hint}`, { field });
}
