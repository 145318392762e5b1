/**
 * Where an {@link SmtpTransport} writes down what it does: pino and bunyan are such loggers, and so is `console`.
 *
 * `debug` is told of connections, commands and replies, `info` of each mail that was sent, `warn` of what is not as it
 * should be, `error` of each mail that was not sent.
 *
 * @example
 * ```ts
 * const transport = SmtpTransport.relay("mail.example.org").logger(console).build();
 * ```
 */
export interface Logger {
  /** Told of connections, commands and replies. */
  debug(fields: object, message: string): void;
  /** Told of each mail that was sent. */
  info(fields: object, message: string): void;
  /** Told of what is not as it should be. */
  warn(fields: object, message: string): void;
  /** Told of each mail that was not sent. */
  error(fields: object, message: string): void;
  /** Asked before lines are made for `"debug"`, where it is there. */
  isLevelEnabled?(level: string): boolean;
}

/** Whether a value has all that a {@link Logger} has. */
export function isLogger(value: unknown): value is Logger {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return levels.every((level) => typeof (value as Partial<Logger>)[level] === "function");
}

/** The levels of a {@link Logger}. */
export type LogLevel = "debug" | "info" | "warn" | "error";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
