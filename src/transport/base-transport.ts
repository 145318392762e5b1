import type { Envelope, EnvelopeFields } from "../address/envelope.ts";
import { toEnvelope } from "../message/content-inputs.ts";
import { Message } from "../message/message.ts";
import type { MessageFields } from "../message/message-fields.ts";
import type { SendReport } from "../protocol/send-report.ts";
import { breakingOff } from "./abort-signal.ts";
import { withCallers } from "./caller-stack.ts";
import type { Mail } from "./mail/mail.ts";
import { type RawContent, rawMail } from "./mail/raw-mail.ts";
import { Runs } from "./send-all/runs.ts";
import type { SendAllItem, SendAllOptions, SendRun, SendSource, TagOf } from "./send-all/send-run.ts";
import { type CloseOptions, readCloseOptions, readSendOptions, type SendOptions } from "./send-options.ts";
import type { Transport } from "./transport.ts";

/**
 * What all transports of envoi have in common: they read arguments, build messages, run `sendAll`, and close in order.
 * Each has its own methods for delivering a mail.
 */
export abstract class BaseTransport implements Transport {
  readonly #runs: Runs;
  #closing: Promise<void> | undefined;

  /** @param concurrency how many mails of a run are under way at once, unless the run says otherwise. */
  constructor(concurrency: number) {
    this.#runs = new Runs(
      (mail, options) =>
        Message.is(mail)
          ? this.#send(mail, options, true)
          : this.#sendRaw(mail.envelope, mail.raw, options, true),
      concurrency,
      (fields) => this.build(fields),
      () => this.lull,
    );
  }

  /**
   * Sends a message.
   *
   * @throws SendError, whose `report` has the outcome of each recipient; SmtpError if the transport speaks SMTP or
   * LMTP; AddressError or MessageError if no message can be built of the fields.
   */
  send(fields: MessageFields, options?: SendOptions): Promise<SendReport>;
  send(message: Message | MessageFields, options?: SendOptions): Promise<SendReport>;
  send(message: Message | MessageFields, options?: SendOptions): Promise<SendReport> {
    return this.#send(message, options, false);
  }

  /**
   * Sends bytes as they are: a message stored or built elsewhere.
   *
   * @throws SendError like `send`; MessageError naming the line that cannot be sent.
   */
  async sendRaw(
    envelope: Envelope | EnvelopeFields,
    content: RawContent,
    options?: SendOptions,
  ): Promise<SendReport> {
    return this.#sendRaw(envelope, content, readSendOptions(options), false);
  }

  /**
   * Sends many mails; see {@link SendRun}.
   *
   * @throws EnvoiError of kind `"configuration"` if the source is not iterable, or an option is not valid.
   */
  sendAll<Item extends SendAllItem>(items: SendSource<Item>, options?: SendAllOptions): SendRun<TagOf<Item>> {
    return this.#runs.sendAll(items, options);
  }

  /**
   * Takes nothing new, and resolves when everything it was given has its outcome and every connection is closed. May be
   * called more than once.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const { force = false, signal } = readCloseOptions(options);
    this.#runs.close();
    this.#closing ??= this.finish();
    if (force) this.breakOff();
    await breakingOff(
      signal,
      () => this.breakOff(),
      async () => this.#closing,
    );
  }

  /** Closes, waiting for what is being sent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Whether `close` has been called. */
  protected get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** Set while runs must not take anything more from their sources; resolves when they may. */
  protected get lull(): Promise<void> | undefined {
    return undefined;
  }

  /** Builds a message from fields. */
  protected build(fields: MessageFields): Message {
    return Message.create(fields);
  }

  /** Delivers a message to an envelope. `inRun` says that the mail belongs to a run. */
  protected abstract deliver(
    message: Message,
    envelope: Envelope,
    options: SendOptions,
    inRun: boolean,
  ): Promise<SendReport>;

  /** Delivers bytes, which `mail` has checked and `content` returns again. */
  protected abstract deliverRaw(
    mail: Mail,
    content: RawContent,
    options: SendOptions,
    inRun: boolean,
  ): Promise<SendReport>;

  /** Waits for every mail, then closes what is open. Called once. */
  protected abstract finish(): Promise<void>;

  /** Ends everything that is under way at once; then `finish` resolves soon. */
  protected abstract breakOff(): void;

  async #sendRaw(
    envelope: Envelope | EnvelopeFields,
    content: RawContent,
    options: SendOptions,
    inRun: boolean,
  ): Promise<SendReport> {
    const mail = rawMail(toEnvelope(options.envelope ?? envelope), content);
    try {
      return await this.deliverRaw(mail, content, options, inRun);
    } catch (error) {
      throw withCallers(error);
    }
  }

  /** A run has already read the options of its mails. */
  async #send(
    message: Message | MessageFields,
    given: SendOptions | undefined,
    inRun: boolean,
  ): Promise<SendReport> {
    const options = inRun && given !== undefined ? given : readSendOptions(given);
    const built = Message.is(message) ? message : this.build(message);
    const { envelope } = options;
    const to = envelope === undefined ? built.envelope : toEnvelope(envelope);
    try {
      return await this.deliver(built, to, options, inRun);
    } catch (error) {
      throw withCallers(error);
    }
  }
}
