import type { Envelope, EnvelopeFields } from "../address/envelope.ts";
import { toEnvelope } from "../message/content-inputs.ts";
import type { Message } from "../message/message.ts";
import { abortSignal, callback, duration, flag, wholeNumber } from "../text/options/option-kinds.ts";
import { type OptionReaders, readOptions } from "../text/options/option-reader.ts";
import { type RequestOptions, requestReaders } from "./extension-options/extension-options.ts";

/** The options of one send. */
export interface SendOptions extends RequestOptions {
  /** Cancels the send in any state: queued, connecting, or with its content partly sent. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds that the whole send may take, including the final reply. By default a send has 120 s until its content
   * is sent, and from then on the timeouts of its phases.
   */
  readonly deadline?: number | undefined;
  /** Uses this sender and these recipients instead of the message's own envelope. */
  readonly envelope?: Envelope | EnvelopeFields | undefined;
  /**
   * With `false` the mail goes to all recipients or to none: if the server refuses one, nothing is sent to the others,
   * and their outcome is `"not-sent"`. With `true`, the default, the others get it.
   */
  readonly partial?: boolean | undefined;
  /**
   * The order of mails that wait for a connection: a whole number from -9 (last) to 9 (first); 0 by default. Mails of
   * the same priority are sent in order. Lower priorities wait as long as higher ones do.
   */
  readonly priority?: number | undefined;
}

/** The options of one send that a caller follows. Not public: the command and the outbox need it. */
export interface FollowedSendOptions extends SendOptions {
  /**
   * Called with a message when a session is open and it is about to go out over it, so a message for which it was not
   * called has not been sent. If it throws, the message is not sent. Only transports to servers call it.
   */
  readonly onBegin?: ((message: Message) => void) | undefined;
  /**
   * With `true` a server gets one MAIL for it at most, because each counts for a rate of the caller. What would need
   * another one is not sent, and `again` of the error says whether it may be sent at once.
   */
  readonly once?: boolean | undefined;
}

/** The options of `close`. */
export interface CloseOptions {
  /** Breaks off what is being sent instead of waiting for it. */
  readonly force?: boolean | undefined;
  /** When it aborts, the close continues as with `force`. */
  readonly signal?: AbortSignal | undefined;
}

/** The reader of each option of a send. */
export const sendReaders: OptionReaders<FollowedSendOptions> = {
  signal: abortSignal,
  deadline: duration(),
  envelope: toEnvelope,
  partial: flag,
  priority: wholeNumber(-9, 9),
  onBegin: callback,
  once: flag,
  ...requestReaders,
};

/** The reader of each option of `close`. */
const closeReaders: OptionReaders<CloseOptions> = { force: flag, signal: abortSignal };

/**
 * Reads the options of a send.
 *
 * @throws EnvoiError of kind `"configuration"` naming the option; AddressError or MessageError about the envelope.
 */
export function readSendOptions(given: SendOptions | undefined, field?: string): SendOptions {
  return given === undefined ? none : readOptions(given, sendReaders, field);
}

const none: SendOptions = Object.freeze({});

/** Reads the options of `close`. @throws EnvoiError of kind `"configuration"` naming the option. */
export function readCloseOptions(given: CloseOptions): CloseOptions {
  return readOptions(given, closeReaders);
}
