import { callersMistake, EnvoiError } from "../../../errors.ts";
import { Failure } from "../../../protocol/failure.ts";
import type { Reply } from "../../../protocol/reply.ts";
import { withoutAddresses } from "../../../protocol/without-addresses.ts";
import type { ReplyFacts } from "./events.ts";
import type { Logger, LogLevel } from "./logger.ts";

/** What a transport writes down, and what of the words of client and server may be told at all. */
export class Journal {
  readonly #logger: Logger | undefined;
  #warned = false;
  /** Whether addresses may be told. */
  readonly logAddresses: boolean;

  constructor(logger: Logger | undefined, logAddresses: boolean) {
    this.#logger = logger;
    this.logAddresses = logAddresses;
  }

  /** Whether there is a logger. */
  get kept(): boolean {
    return this.#logger !== undefined;
  }

  /** Whether lines of a level would be written. */
  logs(level: LogLevel): boolean {
    return this.#logger !== undefined && this.#logger.isLevelEnabled?.(level) !== false;
  }

  /** Writes a line, if there is a logger. One that throws harms nothing: a warning of the process tells of the first time. */
  log(level: LogLevel, fields: object, message: string): void {
    if (!this.logs(level)) return;
    try {
      this.#logger?.[level](fields, message);
    } catch (error) {
      if (this.#warned) return;
      this.#warned = true;
      const reason = error instanceof Error ? error.message : String(error);
      process.emitWarning(`the logger of an SmtpTransport threw: ${reason}`, "EnvoiWarning");
    }
  }

  /** A text as it may be told. */
  text(text: string): string {
    // ORCPT may name a recipient in other ways than by an address of mail.
    return this.logAddresses ? text : withoutAddresses(text).replace(/\bORCPT=\S+/gi, "ORCPT=[address]");
  }

  reply({ code, enhancedCode, lines }: Reply): ReplyFacts {
    return { code, enhancedCode, text: this.text(lines.join("\n")) };
  }
}

/** What may be told of an error: neither what a server said of whom, nor what lies underneath. */
export function tellable(error: unknown): EnvoiError {
  if (error instanceof Failure || EnvoiError.is(error)) {
    const { message, kind, transient, permanent } = error;
    const delivery = EnvoiError.is(error) ? error.delivery : "not-sent";
    return new EnvoiError(withoutAddresses(message), { kind, delivery, transient, permanent });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new EnvoiError(withoutAddresses(message), { kind: "connection", ...callersMistake });
}
