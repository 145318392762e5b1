import type { Envelope, EnvelopeFields } from "../address/envelope.ts";
import type { Message } from "../message/message.ts";
import type { MessageFields } from "../message/message-fields.ts";
import type { SendReport } from "../protocol/send-report.ts";
import type { RawContent } from "./mail/raw-mail.ts";
import type { SendAllItem, SendAllOptions, SendRun, SendSource, TagOf } from "./send-all/send-run.ts";
import type { CloseOptions, SendOptions } from "./send-options.ts";

/**
 * Something that takes mail for delivery.
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
   * Sends a message. Resolves if at least one recipient was accepted and the outcome of every other is known; otherwise
   * rejects with a SendError, whose `report` has the outcome of each recipient.
   */
  send(fields: MessageFields, options?: SendOptions): Promise<SendReport>;
  // The fields alone come first, so that an editor suggests them instead of the methods of Message.
  send(message: Message | MessageFields, options?: SendOptions): Promise<SendReport>;
  /**
   * Sends bytes as they are: a message stored or built elsewhere. If all lines end in LF, they get CRLF; mixed line
   * ends, bare CR, NUL and lines above 998 bytes are refused.
   */
  sendRaw(
    envelope: Envelope | EnvelopeFields,
    content: RawContent,
    options?: SendOptions,
  ): Promise<SendReport>;
  /**
   * Sends every mail of a source. `for await` gives the outcome of each mail, `await` counts them; nothing is sent
   * before.
   *
   * @throws EnvoiError of kind `"configuration"` if the source is not iterable, or an option is not valid.
   */
  sendAll<Item extends SendAllItem>(items: SendSource<Item>, options?: SendAllOptions): SendRun<TagOf<Item>>;
  /** Sends what is queued, sends QUIT, and closes every connection. Runs take nothing more. */
  close(options?: CloseOptions): Promise<void>;
}
