import { wrongOption } from "../text/options/option-reader.ts";

/**
 * The log of an SmtpTransport or an SmtpServer; pino, bunyan and `console` are loggers.
 *
 * @example
 * ```ts
 * const transport = SmtpTransport.relay("mail.example.org").logger(console).build();
 * ```
 */
export interface Logger {
  /** Gets connections, commands and replies. */
  debug(fields: object, message: string): void;
  /** Gets each mail that a transport has sent, or a server accepted. */
  info(fields: object, message: string): void;
  /** Gets problems: what failed, timed out or was refused. */
  warn(fields: object, message: string): void;
  /** Gets each mail that a transport has not sent. */
  error(fields: object, message: string): void;
  /** Called, if it exists, before lines are made for `"debug"`. */
  isLevelEnabled?(level: string): boolean;
}

/** Whether a value has the methods of a {@link Logger}. */
function isLogger(value: unknown): value is Logger {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return levels.every((level) => typeof (value as Partial<Logger>)[level] === "function");
}

/** Reads the option `logger`. */
export function readLogger(value: unknown, field: string): Logger {
  if (isLogger(value)) return value;
  throw wrongOption(field, "an object with debug, info, warn and error, such as console or pino()", value);
}

/** The levels of a {@link Logger}. */
export type LogLevel = "debug" | "info" | "warn" | "error";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
