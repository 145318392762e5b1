import { callersMistake, EnvoiError, named } from "../errors.ts";

/** Where in a message the mistake is. */
export interface MessageErrorDetails {
  /** The field, by its name in the builder or its name as a header. */
  readonly field?: string | undefined;
  /** The index of the offending character in what was given for the field, counted in UTF-16 units from 0. */
  readonly position?: number | undefined;
  /** The error underneath, if there is one. */
  readonly cause?: unknown;
}

/**
 * A message, part or header that cannot be as it was asked for. Nothing was sent, and the same input will not pass.
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
