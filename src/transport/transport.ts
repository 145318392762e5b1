import type { Envelope, EnvelopeFields } from "../address/envelope.ts";
import type { Message } from "../message/message.ts";
import type { MessageFields } from "../message/message-fields.ts";
import type { SendReport } from "../protocol/send-report.ts";
import type { RawContent } from "./mail/raw-mail.ts";
import type { RequestOptions } from "./requests/requests.ts";
import type { SendAllItem, SendAllOptions, SendRun, SendSource, TagOf } from "./run/send-run.ts";

/** What may be said of one send. */
export interface SendOptions extends RequestOptions {
  /** Cancels the send, in whatever state it is: queued, connecting, or with its content half gone out. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds the whole send may take, the final reply included. Without it a send has 120 s until its content
   * begins to go out, and the timeouts of its phases from there.
   */
  readonly deadline?: number | undefined;
  /** Sends to these recipients, from this sender, whatever the message's own envelope says. */
  readonly envelope?: Envelope | EnvelopeFields | undefined;
  /**
   * With `false` the mail goes to all recipients or to none: where the server refuses one, nothing is sent to the
   * others. They are told as `"not-sent"` then. With `true`, as without this, it goes to those that are left.
   */
  readonly partial?: boolean | undefined;
  /**
   * Which mails go first where some wait for a connection: a whole number from -9, last, to 9, first; 0 without this.
   * In one priority the order is that of sending. As long as mails of a higher one wait, those of a lower do.
   */
  readonly priority?: number | undefined;
}

/** How a transport is closed. */
export interface CloseOptions {
  /** Breaks off what is being sent instead of waiting for it. */
  readonly force?: boolean | undefined;
  /** Once it aborts, the close goes on as with `force`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Something that mail is handed to.
 *
 * @example
 * ```ts
 * async function welcome(transport: Transport, to: string): Promise<void> {
 *   await transport.send({ from: "hello@example.org", to, subject: "Welcome", text: "It is good to see you." });
 * }
 * ```
 */
export interface Transport extends AsyncDisposable {
  /**
   * Sends a message. Resolves if at least one recipient was accepted and of none it is open what became of it;
   * otherwise rejects with a SendError whose `report` tells of each recipient.
   */
  send(fields: MessageFields, options?: SendOptions): Promise<SendReport>;
  // The fields by themselves come first, so that an editor offers them and not the methods of Message.
  send(message: Message | MessageFields, options?: SendOptions): Promise<SendReport>;
  /**
   * Sends octets as they are: a message stored or built elsewhere. Lines that end in LF throughout get CRLF; mixed
   * line ends, bare CR, NUL and lines above 998 octets are refused.
   */
  sendRaw(
    envelope: Envelope | EnvelopeFields,
    content: RawContent,
    options?: SendOptions,
  ): Promise<SendReport>;
  /**
   * Sends many mails, as many as the source gives: with `for await` each has its outcome, with `await` they are
   * counted. It begins then, and not before.
   *
   * @throws EnvoiError of kind `"configuration"` where the source is no iterable, or an option none.
   */
  sendAll<Item extends SendAllItem>(items: SendSource<Item>, options?: SendAllOptions): SendRun<TagOf<Item>>;
  /** Sends what is queued, says goodbye, and lets go of every connection. Runs take nothing more. */
  close(options?: CloseOptions): Promise<void>;
}
