import { callersMistake, EnvoiError, harmless, reasonOf } from "../errors.ts";
import { Failure } from "../protocol/failure.ts";
import { withoutAddresses } from "../protocol/masking/address-mask.ts";
import type { Reply } from "../protocol/reply.ts";
import type { Logger, LogLevel } from "./logger.ts";
import { tell, warningOnce } from "./observers.ts";

/** What events contain of a reply. */
export interface ReplyFacts {
  /** Three digits, such as 250. */
  readonly code: number;
  /** The enhanced status code (RFC 3463), if there is one. */
  readonly enhancedCode?: string | undefined;
  /** Its lines, joined by line feeds, masked like commands. */
  readonly text: string;
}

/**
 * Writes to the logger of a transport or server and to channels, and decides what of commands, replies and errors may
 * be shown.
 */
export class Journal {
  readonly #logger: Logger | undefined;
  readonly #failed: (thrown: unknown) => void;
  #detailed: boolean;
  /** Whether addresses may be shown. */
  readonly logAddresses: boolean;

  /** @param owner the owner of the logger, for the warning about one that fails: `"an SmtpTransport"` */
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

  /** Whether the logger wanted debug lines when it was last asked. */
  get detailed(): boolean {
    return this.#detailed;
  }

  /**
   * Asks the logger again whether it wants debug lines, in a microtask, because it must not be called in the middle of
   * a dialogue.
   */
  askAgain(): void {
    if (this.#logger?.isLevelEnabled === undefined) return;
    const ask = (): void => {
      this.#detailed = this.#wants("debug");
    };
    tell(ask, this.#failed);
  }

  /**
   * Writes a line, if there is a logger. A logger that fails does no harm: the first time a process warning says so.
   */
  log(level: LogLevel, fields: object, message: string): void {
    const logger = this.#logger;
    if (logger === undefined) return;
    tell(() => (this.#wants(level) ? logger[level](fields, message) : undefined), this.#failed);
  }

  /** Publishes an event, after those that are pending. */
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

  /** A text as it may be shown. */
  text(text: string): string {
    // These parameters may contain an address in xtext, or one that is not of mail.
    return this.logAddresses ? text : withoutAddresses(text).replace(/ (ORCPT|AUTH)=\S+/gi, " $1=[address]");
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

/** An error as it may be shown: without addresses, and without its cause. */
export function tellable(error: unknown): EnvoiError {
  if (error instanceof Failure || EnvoiError.is(error)) {
    const { message, kind, transient, permanent } = error;
    const delivery = EnvoiError.is(error) ? error.delivery : "not-sent";
    return new EnvoiError(withoutAddresses(message), { kind, delivery, transient, permanent });
  }
  return new EnvoiError(withoutAddresses(reasonOf(error)), { kind: "connection", ...callersMistake });
}
