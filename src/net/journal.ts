import { callersMistake, EnvoiError, harmless, reasonOf } from "../errors.ts";
import { Failure } from "../protocol/failure.ts";
import { withoutAddresses } from "../protocol/masking/address-mask.ts";
import type { Reply } from "../protocol/reply.ts";
import type { Logger, LogLevel } from "./logger.ts";
import { tell, warningOnce } from "./observers.ts";

/** What may be told of a reply. */
export interface ReplyFacts {
  /** Three digits, such as 250. */
  readonly code: number;
  /** The enhanced status code (RFC 3463), if there is one. */
  readonly enhancedCode?: string | undefined;
  /** Its lines, joined by line feeds, masked as commands are. */
  readonly text: string;
}

/** What a transport or a server writes down, and what of the words of client and server may be told at all. */
export class Journal {
  readonly #logger: Logger | undefined;
  readonly #failed: (thrown: unknown) => void;
  #detailed: boolean;
  /** Whether addresses may be told. */
  readonly logAddresses: boolean;

  /** @param owner whose logger it is, for the warning about one that fails: `"an SmtpTransport"` */
  constructor(logger: Logger | undefined, logAddresses: boolean, owner: string) {
    this.#logger = logger;
    this.#failed = warningOnce(`the logger of ${owner}`);
    this.logAddresses = logAddresses;
    this.#detailed = this.#wants("debug");
  }

  /** Whether there is a logger. */
  get kept(): boolean {
    return this.#logger !== undefined;
  }

  /** Whether the logger wanted the details when it was asked last. */
  get detailed(): boolean {
    return this.#detailed;
  }

  /**
   * Asks the logger anew whether it wants the details: by itself, since it must not be called amid what is said to a
   * server.
   */
  askAgain(): void {
    if (this.#logger?.isLevelEnabled === undefined) return;
    const ask = (): void => {
      this.#detailed = this.#wants("debug");
    };
    tell(ask, this.#failed);
  }

  /**
   * Writes a line, if there is a logger. One that fails harms nothing: a warning of the process tells of the first
   * time.
   */
  log(level: LogLevel, fields: object, message: string): void {
    const logger = this.#logger;
    if (logger === undefined) return;
    tell(() => (this.#wants(level) ? logger[level](fields, message) : undefined), this.#failed);
  }

  /** Tells the subscribers of a channel, after what is told already. */
  publish<Event extends object>(channel: Told<Event>, event: Event): void {
    if (channel.hasSubscribers) tell(() => channel.publish(event), this.#failed);
  }

  #wants(level: LogLevel): boolean {
    if (this.#logger === undefined) return false;
    try {
      const answer: unknown = this.#logger.isLevelEnabled?.(level);
      harmless(answer, this.#failed);
      return answer !== false;
    } catch (error) {
      this.#failed(error);
      return true;
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

/** A channel of `node:diagnostics_channel`. */
interface Told<Event> {
  readonly hasSubscribers: boolean;
  publish(event: Event): void;
}

/** What may be told of an error: neither what a server said of whom, nor what lies underneath. */
export function tellable(error: unknown): EnvoiError {
  if (error instanceof Failure || EnvoiError.is(error)) {
    const { message, kind, transient, permanent } = error;
    const delivery = EnvoiError.is(error) ? error.delivery : "not-sent";
    return new EnvoiError(withoutAddresses(message), { kind, delivery, transient, permanent });
  }
  return new EnvoiError(withoutAddresses(reasonOf(error)), { kind: "connection", ...callersMistake });
}
