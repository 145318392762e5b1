import type { Envelope, EnvelopeFields } from "../address/envelope.ts";
import { toEnvelope } from "../message/content-inputs.ts";
import { abortSignal, duration, flag, wholeNumber } from "../text/options/option-kinds.ts";
import { type OptionReaders, readOptions } from "../text/options/option-reader.ts";
import { type RequestOptions, requestReaders } from "./extension-options/extension-options.ts";

/** The options of one send. */
export interface SendOptions extends RequestOptions {
  /** Cancels the send in any state: queued, connecting, or with its content partly sent. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds the whole send may take, the final reply included. Without it a send has 120 s until its content
   * begins to go out, and from then on the timeouts of its phases.
   */
  readonly deadline?: number | undefined;
  /** Sends to these recipients from this sender, whatever the message's own envelope says. */
  readonly envelope?: Envelope | EnvelopeFields | undefined;
  /**
   * With `false` the mail goes to all recipients or to none: if the server refuses one, nothing is sent to the others,
   * and their outcome is `"not-sent"`. With `true`, the default, the others get it.
   */
  readonly partial?: boolean | undefined;
  /**
   * Which mails go first while several wait for a connection: a whole number from -9 (last) to 9 (first); 0 by default.
   * Mails of the same priority go in the order in which they were sent. Lower priorities wait as long as higher ones
   * do.
   */
  readonly priority?: number | undefined;
}

/** The options of `close`. */
export interface CloseOptions {
  /** Breaks off what is being sent instead of waiting for it. */
  readonly force?: boolean | undefined;
  /** Once it aborts, the close goes on as with `force`. */
  readonly signal?: AbortSignal | undefined;
}

/** How each option of a send is read. */
export const sendReaders: OptionReaders<SendOptions> = {
  signal: abortSignal,
  deadline: duration(),
  envelope: toEnvelope,
  partial: flag,
  priority: wholeNumber(-9, 9),
  ...requestReaders,
};

/** How each option of `close` is read. */
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
