import type { Envelope } from "../../address/envelope.ts";
import type { Message } from "../../message/message.ts";
import { nothingSent, type SendReport } from "../../protocol/send-report.ts";
import { BaseTransport } from "../base-transport.ts";
import { calledOff } from "../cancelled-send.ts";
import type { Mail } from "../mail/mail.ts";
import type { RawContent } from "../mail/raw-mail.ts";
import type { CloseOptions, SendOptions } from "../send-options.ts";
import type { Transport } from "../transport.ts";
import type { ForwardedMail } from "./relay-attempt.ts";

/** What transports in front of other transports have in common: they decide which of those gets a mail, and when. */
export abstract class ForwardingTransport extends BaseTransport {
  readonly #behind: readonly Transport[];
  readonly #open: Set<Promise<SendReport>> = new Set();
  readonly #controller = new AbortController();

  /** `behind` are the transports that are closed with this one. */
  constructor(behind: readonly Transport[], concurrency: number) {
    super(concurrency);
    this.#behind = behind;
  }

  /** Decides which transport gets the mail. */
  protected abstract forward(mail: ForwardedMail): Promise<SendReport>;

  // The message is built once: over every relay it is the same mail, with the same Message-ID.
  protected override deliver(
    message: Message,
    envelope: Envelope,
    { envelope: _, ...options }: SendOptions,
  ): Promise<SendReport> {
    return this.#forward({
      envelope,
      messageId: message.messageId,
      options,
      giveTo: (transport, to, how) => transport.send(message, { ...how, envelope: to }),
    });
  }

  // What no relay would accept was refused before.
  protected override deliverRaw(
    { envelope }: Mail,
    content: RawContent,
    { envelope: _, ...options }: SendOptions,
  ): Promise<SendReport> {
    return this.#forward({
      envelope,
      messageId: undefined,
      options,
      giveTo: (transport, to, how) => transport.sendRaw(to, content, how),
    });
  }

  /** Mails under way may need the other transports until they end. */
  protected override async finish(): Promise<void> {
    await Promise.allSettled(this.#open);
    await Promise.all(this.#behind.map((transport) => closed(transport)));
  }

  /** Ends the pauses of this transport, and the sends of the others. */
  protected override breakOff(): void {
    this.#controller.abort();
    // Its failure is reported by the close that waits for them.
    for (const transport of this.#behind) closed(transport, { force: true }).catch(() => {});
  }

  async #forward(mail: Omit<ForwardedMail, "closing">): Promise<SendReport> {
    const { envelope, messageId } = mail;
    if (this.closed) throw calledOff("closed", nothingSent(envelope, messageId));
    const sent = this.forward({ ...mail, closing: this.#controller.signal });
    this.#open.add(sent);
    try {
      return await sent;
    } finally {
      this.#open.delete(sent);
    }
  }
}

/** Closes a transport of any origin. Rejects if that throws, so that the others are closed too. */
async function closed(transport: Transport, options?: CloseOptions): Promise<void> {
  await transport.close(options);
}
