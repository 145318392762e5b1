import type { Envelope, EnvelopeFields } from "../../address/envelope.ts";
import { toEnvelope } from "../../message/inputs.ts";
import { Message } from "../../message/message.ts";
import type { MessageFields } from "../../message/message-fields.ts";
import { isSendError, type SendError } from "../../protocol/send-error.ts";
import { nothingSent, type SendReport } from "../../protocol/send-report.ts";
import { calledOff } from "../called-off.ts";
import { type RawContent, rawMail } from "../mail/raw-mail.ts";
import { Runs } from "../run/runs.ts";
import type { SendAllItem, SendAllOptions, SendRun, SendSource, TagOf } from "../run/send-run.ts";
import { checkCloseOptions, checkSendOptions } from "../send-options.ts";
import { breakingOff } from "../signal.ts";
import type { CloseOptions, SendOptions, Transport } from "../transport.ts";

/** One mail on its way through transports that others made. */
export interface ForwardedMail {
  readonly envelope: Envelope;
  readonly messageId: string | undefined;
  /** What was said of the send; without an envelope. */
  readonly options: SendOptions;
  /** Aborts when the forwarding transport is closed by force. */
  readonly closing: AbortSignal;
  /** Gives it to a transport, for these recipients. */
  giveTo(transport: Transport, envelope: Envelope, options: SendOptions): Promise<SendReport>;
}

/** The end of an attempt: what became of each recipient and, where the attempt failed, why. */
export interface Attempt {
  readonly report: SendReport;
  readonly error?: SendError | undefined;
}

/** What the transports that stand in front of others have in common: they decide who gets a mail, and when. */
export abstract class ForwardingTransport implements Transport {
  readonly #behind: readonly Transport[];
  readonly #runs: Runs;
  readonly #open: Set<Promise<SendReport>> = new Set();
  readonly #controller = new AbortController();
  #closing: Promise<void> | undefined;

  /** `behind` are the transports that are closed with this one. */
  constructor(behind: readonly Transport[], concurrency: number) {
    this.#behind = behind;
    this.#runs = new Runs((message, each) => this.send(message, each), concurrency);
  }

  /** Decides who gets the mail. */
  protected abstract forward(mail: ForwardedMail): Promise<SendReport>;

  /** Sends a message. @throws SendError whose `report` tells of each recipient. */
  send(fields: MessageFields, options?: SendOptions): Promise<SendReport>;
  send(message: Message | MessageFields, options?: SendOptions): Promise<SendReport>;
  async send(message: Message | MessageFields, options: SendOptions = {}): Promise<SendReport> {
    checkSendOptions("send", options);
    // Built here: over every relay it is the same mail, with the same Message-ID.
    const built = Message.is(message) ? message : Message.create(message);
    const { envelope = built.envelope, ...rest } = options;
    return this.#forward({
      envelope: toEnvelope(envelope),
      messageId: built.messageId,
      options: rest,
      giveTo: (transport, to, how) => transport.send(built, { ...how, envelope: to }),
    });
  }

  /** Sends octets as they are. @throws SendError as `send` does; MessageError naming the line that cannot be sent. */
  async sendRaw(
    envelope: Envelope | EnvelopeFields,
    content: RawContent,
    options: SendOptions = {},
  ): Promise<SendReport> {
    checkSendOptions("sendRaw", options);
    const { envelope: instead = envelope, ...rest } = options;
    // What no relay would take is refused before any is asked.
    const mail = rawMail(toEnvelope(instead), content);
    return this.#forward({
      envelope: mail.envelope,
      messageId: undefined,
      options: rest,
      giveTo: (transport, to, how) => transport.sendRaw(to, content, how),
    });
  }

  /**
   * Sends many mails; see {@link SendRun}. @throws EnvoiError of kind `"configuration"` where the source or an option
   * is none.
   */
  sendAll<Item extends SendAllItem>(
    items: SendSource<Item>,
    options: SendAllOptions = {},
  ): SendRun<TagOf<Item>> {
    return this.#runs.sendAll(items, options);
  }

  /** Takes nothing new, waits for what is under way, and closes the transports behind this one. */
  async close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    const { force = false, signal } = options;
    this.#runs.close();
    this.#closing ??= this.#drain();
    if (force) this.#breakOff();
    await breakingOff(
      signal,
      () => this.#breakOff(),
      async () => this.#closing,
    );
  }

  /** Closes, waiting for what is being sent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What is under way may need the transports behind until it ends. */
  async #drain(): Promise<void> {
    await Promise.allSettled(this.#open);
    await Promise.all(this.#behind.map((transport) => closed(transport)));
  }

  /** Ends the pauses of this one, and what those behind it send. */
  #breakOff(): void {
    this.#controller.abort();
    // Told again by the close that waits for them.
    for (const transport of this.#behind) closed(transport, { force: true }).catch(() => {});
  }

  async #forward(mail: Omit<ForwardedMail, "closing">): Promise<SendReport> {
    const { envelope, messageId } = mail;
    if (this.#closing !== undefined) throw calledOff("closed", nothingSent(envelope, messageId));
    const sent = this.forward({ ...mail, closing: this.#controller.signal });
    this.#open.add(sent);
    try {
      return await sent;
    } finally {
      this.#open.delete(sent);
    }
  }
}

/**
 * Closes a transport that somebody else may have written: it rejects where that throws, so that the others are closed
 * too.
 */
async function closed(transport: Transport, options?: CloseOptions): Promise<void> {
  await transport.close(options);
}

/**
 * Gives a mail to a transport and tells how it ended. What is the caller's mistake is thrown: nobody else can mend it.
 */
export async function attempt(
  mail: ForwardedMail,
  transport: Transport,
  envelope: Envelope,
  options: SendOptions,
): Promise<Attempt> {
  try {
    return { report: await mail.giveTo(transport, envelope, options) };
  } catch (error) {
    if (isSendError(error)) return { report: error.report, error };
    throw error;
  }
}
