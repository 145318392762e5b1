import type { Address } from "../../address/address.ts";
import type { Envelope } from "../../address/envelope.ts";
import { callersMistake } from "../../errors.ts";
import type { Message } from "../../message/message.ts";
import { type Clock, systemClock } from "../../net/clock.ts";
import { SendError } from "../../protocol/send-error.ts";
import { nothingSent, type SendReport } from "../../protocol/send-report.ts";
import { callback, duration, listOf, oneOf, wholeNumber } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions } from "../../text/options/option-reader.ts";
import { onAbort } from "../abort-signal.ts";
import { BaseTransport } from "../base-transport.ts";
import { type RequestOptions, requestOptionNames } from "../extension-options/extension-options.ts";
import { asked, indispensable, readRequests } from "../extension-options/requests.ts";
import type { Mail } from "../mail/mail.ts";
import type { RawContent } from "../mail/raw-mail.ts";
import type { SendOptions } from "../send-options.ts";
import type { Deliver } from "./deliver.ts";
import type { HandedMailFields } from "./handed-mail.ts";
import { OpenSend } from "./open-send.ts";

/** The options of a {@link RawTransport}. */
export interface RawTransportOptions {
  /** Milliseconds that one send may take unless its caller says otherwise; 120,000 by default. */
  readonly deadline?: number | undefined;
  /** How many mails `sendAll` delivers at once; 5 by default. */
  readonly concurrency?: number | undefined;
  /**
   * The options for extensions of SMTP that the function supports: it finds them in `mail.requests`. A send with any
   * other is refused, unless its caller allows to leave it out. None by default.
   */
  readonly supports?: readonly (keyof RequestOptions)[] | undefined;
}

const readers: OptionReaders<RawTransportOptions> = {
  deadline: duration(),
  concurrency: wholeNumber(1),
  supports: listOf(oneOf(requestOptionNames)),
};

/**
 * A transport of your own, made of one function that delivers bytes. The transport builds messages and takes care of
 * deadlines, cancelling, runs and closing.
 *
 * @example
 * ```ts
 * const transport = new RawTransport(async (mail) => {
 *   const to = mail.envelope.to.join(",");
 *   const request = { method: "POST", headers: { to }, body: await mail.bytes(), signal: mail.signal };
 *   const answer = await fetch("https://mail.example.org/raw", request);
 *   if (!answer.ok) throw new Error(`the service answered ${answer.status}`);
 * });
 * ```
 */
export class RawTransport extends BaseTransport {
  readonly #deliver: Deliver;
  readonly #limit: number;
  readonly #supports: readonly string[];
  readonly #clock: Clock;
  /** The sends that have no outcome yet. */
  readonly #open: Set<OpenSend> = new Set();

  /** @throws EnvoiError of kind `"configuration"` if `deliver` is not a function, or an option is not valid. */
  constructor(deliver: Deliver, options: RawTransportOptions = {}, clock: Clock = systemClock) {
    const { deadline = 120_000, concurrency = 5, supports = [] } = readOptions(options, readers);
    super(concurrency);
    this.#deliver = callback(deliver, "deliver");
    this.#limit = deadline;
    this.#supports = supports;
    this.#clock = clock;
  }

  protected override deliver(
    message: Message,
    envelope: Envelope,
    options: SendOptions,
  ): Promise<SendReport> {
    const { messageId } = message;
    const mentions = (address: Address) => message.mentions(address);
    const requests = this.#requests(options, { envelope, messageId }, mentions);
    return this.#hand({ envelope, messageId, requests, content: message.content(sevenBit) }, options);
  }

  protected override deliverRaw(mail: Mail, _content: RawContent, options: SendOptions): Promise<SendReport> {
    const requests = this.#requests(options, mail, undefined);
    return this.#hand({ ...mail, requests, content: mail.content(eightBit) }, options);
  }

  protected override async finish(): Promise<void> {
    await Promise.allSettled([...this.#open].map(({ done }) => done));
  }

  protected override breakOff(): void {
    for (const open of this.#open) open.cancel("closed", "the transport has been closed");
  }

  /** The options for extensions. @throws SendError if one is not supported and cannot be left out. */
  #requests(
    options: SendOptions,
    { envelope, messageId }: Pick<HandedMailFields, "envelope" | "messageId">,
    mentions: ((address: Address) => boolean) | undefined,
  ): RequestOptions {
    const requests = readRequests(options, envelope, mentions);
    const unsupported = requests && indispensable(options).find((name) => !this.#supports.includes(name));
    if (unsupported === undefined) return asked(options);
    throw new SendError(`${unsupported}: this transport does not support it`, {
      ...{ kind: "unsupported", ...callersMistake },
      report: nothingSent(envelope, messageId),
    });
  }

  async #hand(
    fields: HandedMailFields,
    { signal, deadline = this.#limit }: SendOptions,
  ): Promise<SendReport> {
    const open = new OpenSend(fields);
    if (this.closed) open.cancel("closed", "the transport has been closed");
    const abort = () => open.cancel("aborted", "the send was aborted", signal?.reason);
    if (signal?.aborted) abort();
    const forget = signal && onAbort(signal, abort);
    const late = () => open.cancel("timeout", `the send was not done within its deadline of ${deadline} ms`);
    // Held, because what the function waits for may not keep the process alive.
    const timer = this.#clock.timer(deadline, late, true);
    this.#open.add(open);
    try {
      return await open.run(this.#deliver);
    } finally {
      this.#open.delete(open);
      timer.cancel();
      forget?.();
    }
  }
}

const sevenBit = { eightBit: false } as const;
const eightBit = { eightBit: true } as const;
