import type { Address } from "../../address/address.ts";
import type { Envelope, EnvelopeFields } from "../../address/envelope.ts";
import {
  callersMistake,
  type Delivery,
  EnvoiError,
  type ErrorClass,
  type ErrorKind,
  misconfigured,
  reasonOf,
} from "../../errors.ts";
import { toEnvelope } from "../../message/inputs.ts";
import { Message } from "../../message/message.ts";
import type { MessageFields } from "../../message/message-fields.ts";
import { type Clock, systemClock } from "../../net/clock.ts";
import type { Reply } from "../../protocol/reply.ts";
import { deliveryOf, isSendError, SendError } from "../../protocol/send-error.ts";
import {
  isGood,
  nothingSent,
  type RecipientOutcome,
  type SendReport,
  sendReport,
} from "../../protocol/send-report.ts";
import { type RawContent, rawMail } from "../mail/raw-mail.ts";
import { checkOptionNames, requestOptionNames } from "../option-names.ts";
import { checkCount, checkMilliseconds } from "../option-values.ts";
import { asked, indispensable, type RequestOptions, readRequests } from "../requests/requests.ts";
import { Runs } from "../run/runs.ts";
import type { SendAllItem, SendAllOptions, SendRun, SendSource, TagOf } from "../run/send-run.ts";
import { checkCloseOptions, checkSendOptions } from "../send-options.ts";
import { breakingOff, onAbort } from "../signal.ts";
import type { CloseOptions, SendOptions, Transport } from "../transport.ts";
import { HandedMail } from "./handed-mail.ts";

/** What became of a mail; without `recipients` it was accepted for everybody. */
export interface HandedOver {
  /** What became of each recipient, where not all were accepted. Whoever is missing is `"not-sent"`. */
  readonly recipients?: readonly RecipientOutcome[] | undefined;
  /** The reply of a server that took it, if one did. */
  readonly reply?: Reply | undefined;
  /** What the mail is called where it is now: the name of a file, the id of a queue. */
  readonly id?: string | undefined;
}

/**
 * Hands one mail over. It resolves when somebody else has the mail, and throws where nobody does.
 *
 * An {@link EnvoiError} that it throws tells by its `delivery` what is known. After any other the mail is `"not-sent"`
 * if its octets were not read to their end, and `"unknown"` if they were.
 */
export type HandOver = (mail: HandedMail) => Promise<HandedOver | undefined>;

/** How a {@link RawTransport} works. */
export interface RawTransportOptions {
  /** Milliseconds one send may take where its caller says nothing else; 120,000 by default. */
  readonly deadline?: number | undefined;
  /** How many mails `sendAll` hands over at once; 5 by default. */
  readonly concurrency?: number | undefined;
  /**
   * The options of a send that go to extensions of SMTP and that the function heeds: it finds them in `mail.requests`.
   * Others are refused, but for those that their caller can do without. None by default.
   */
  readonly heeds?: readonly (keyof RequestOptions)[] | undefined;
}

/**
 * A transport of one's own, of one function that hands over octets. Building, deadlines, cancelling, runs and closing
 * are done here.
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
export class RawTransport implements Transport {
  readonly #handOver: HandOver;
  readonly #limit: number;
  readonly #heeds: readonly string[];
  readonly #runs: Runs;
  readonly #clock: Clock;
  /** What has not ended. */
  readonly #open: Set<OpenSend> = new Set();
  #closed = false;

  /** @throws EnvoiError of kind `"configuration"` where `handOver` or an option makes no sense. */
  constructor(handOver: HandOver, options: RawTransportOptions = {}, clock: Clock = systemClock) {
    if (typeof handOver !== "function") throw wrong("expects a function that hands over a mail");
    checkOptionNames("RawTransport", options, ["deadline", "concurrency", "heeds"]);
    const { deadline = 120_000, concurrency = 5, heeds = [] } = options;
    checkMilliseconds("RawTransport: deadline", deadline);
    checkCount("RawTransport: concurrency", concurrency, 1);
    if (!Array.isArray(heeds) || !heeds.every((name) => requestOptionNames.includes(name)))
      throw wrong(`heeds is an array of ${requestOptionNames.join(", ")}`);
    this.#heeds = heeds;
    this.#handOver = handOver;
    this.#limit = deadline;
    this.#runs = new Runs((message, each) => this.send(message, each), concurrency);
    this.#clock = clock;
  }

  /** Hands a message over. @throws SendError whose `report` tells of each recipient. */
  send(fields: MessageFields, options?: SendOptions): Promise<SendReport>;
  send(message: Message | MessageFields, options?: SendOptions): Promise<SendReport>;
  async send(message: Message | MessageFields, options: SendOptions = {}): Promise<SendReport> {
    checkSendOptions("send", options);
    const built = Message.is(message) ? message : Message.create(message);
    const envelope = options.envelope === undefined ? built.envelope : toEnvelope(options.envelope);
    const { messageId } = built;
    const requests = this.#requests(options, { envelope, messageId }, (address) => built.mentions(address));
    return this.#hand({ envelope, messageId, requests, content: built.content(sevenBit) }, options);
  }

  /**
   * Hands octets over as they are. @throws SendError as `send` does; MessageError naming the line that cannot be sent.
   */
  async sendRaw(
    envelope: Envelope | EnvelopeFields,
    content: RawContent,
    options: SendOptions = {},
  ): Promise<SendReport> {
    checkSendOptions("sendRaw", options);
    const mail = rawMail(toEnvelope(options.envelope ?? envelope), content);
    const requests = this.#requests(options, mail, undefined);
    return this.#hand({ ...mail, requests, content: mail.content(eightBit) }, options);
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

  /** Takes nothing new and waits for what is being handed over; by force, calls that off. */
  async close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    const { force = false, signal } = options;
    this.#closed = true;
    this.#runs.close();
    const breakOff = () => {
      for (const open of this.#open) open.callOff("closed", "the transport has been closed");
    };
    if (force) breakOff();
    await breakingOff(signal, breakOff, () => Promise.allSettled([...this.#open].map(({ done }) => done)));
  }

  /** Closes, waiting for what is being handed over. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * What is asked of whoever takes the mail. @throws SendError where that is not heeded here and cannot be left out.
   */
  #requests(
    options: SendOptions,
    { envelope, messageId }: Pick<OpenMail, "envelope" | "messageId">,
    names: ((address: Address) => boolean) | undefined,
  ): RequestOptions {
    const requests = readRequests(options, envelope, names);
    const unheard = requests && indispensable(options).find((name) => !this.#heeds.includes(name));
    if (unheard === undefined) return asked(options);
    throw new SendError(`${unheard} was asked for, and this transport does not heed it`, {
      ...{ kind: "unsupported", ...callersMistake },
      report: nothingSent(envelope, messageId),
    });
  }

  async #hand(fields: OpenMail, { signal, deadline = this.#limit }: SendOptions): Promise<SendReport> {
    const open = new OpenSend(fields);
    if (this.#closed) open.callOff("closed", "the transport has been closed");
    const abort = () => open.callOff("aborted", "the send was aborted", signal?.reason);
    if (signal?.aborted) abort();
    const forget = signal && onAbort(signal, abort);
    const late = () => open.callOff("timeout", `the send was not done within its deadline of ${deadline} ms`);
    // Held: what the function waits for may keep no process alive by itself.
    const timer = this.#clock.timer(deadline, late, true);
    this.#open.add(open);
    try {
      return await open.run(this.#handOver);
    } finally {
      this.#open.delete(open);
      timer.cancel();
      forget?.();
    }
  }
}

interface OpenMail {
  readonly envelope: Envelope;
  readonly messageId: string | undefined;
  readonly requests: RequestOptions;
  readonly content: { stream(): AsyncIterable<Buffer> };
}

/** One send, from the call to its outcome. */
class OpenSend {
  readonly #controller = new AbortController();
  readonly #mail: HandedMail;
  readonly done: Promise<SendReport>;
  #resolve!: (report: SendReport) => void;
  #reject!: (error: SendError) => void;

  constructor(mail: OpenMail) {
    this.#mail = new HandedMail(mail, this.#controller.signal);
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  run(handOver: HandOver): Promise<SendReport> {
    if (!this.#controller.signal.aborted) void this.#play(handOver);
    return this.done;
  }

  /** Ends it now, whatever the function does from here on. */
  callOff(kind: ErrorKind, message: string, cause?: unknown): void {
    const delivery = this.#known();
    const error = new EnvoiError(message, {
      kind,
      delivery,
      transient: kind === "timeout",
      permanent: false,
      cause,
    });
    this.#fail(error);
    this.#controller.abort(error);
  }

  async #play(handOver: HandOver): Promise<void> {
    try {
      // What is thrown before the first await is told as what is thrown behind it.
      const { recipients, reply, id } = (await handOver(this.#mail)) ?? {};
      const { envelope, messageId } = this.#mail;
      const ended = envelope.to.map((recipient): RecipientOutcome => {
        if (recipients === undefined) return { recipient, outcome: "accepted", reply };
        const told = recipients.find((one) => String(one.recipient) === String(recipient));
        if (told === undefined) return { recipient, outcome: "not-sent" };
        if (!outcomes.includes(told.outcome)) throw new TypeError(notAnOutcome);
        return { ...told, recipient };
      });
      const report = sendReport({ envelope, messageId, recipients: ended, reply, id });
      if (isGood(report)) this.#resolve(report);
      else this.#reject(incomplete(report));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#reject(isSendError(error) ? error : this.#error(error));
  }

  #known(): Delivery {
    return this.#mail.readToEnd ? "unknown" : "not-sent";
  }

  #error(error: unknown): SendError {
    const { message, ...errorClass } = this.#classOf(error);
    const { envelope, messageId } = this.#mail;
    const outcome = errorClass.delivery;
    const recipients = envelope.to.map((recipient) => ({ recipient, outcome }));
    return new SendError(message, { ...errorClass, report: sendReport({ envelope, messageId, recipients }) });
  }

  #classOf(error: unknown): ErrorClass & { readonly message: string } {
    if (EnvoiError.is(error)) {
      const { message, kind, delivery, transient, permanent, cause } = error;
      return { message, kind, delivery, transient, permanent, cause };
    }
    const message = reasonOf(error);
    const unsure = { kind: "rejected", transient: false, permanent: false } as const;
    return { message, ...unsure, delivery: this.#known(), cause: error };
  }
}

const outcomes: readonly RecipientOutcome["outcome"][] = ["accepted", "refused", "not-sent", "unknown"];
const notAnOutcome = `outcome: expected one of ${outcomes.join(", ")} for each recipient`;

const sevenBit = { eightBit: false } as const;
const eightBit = { eightBit: true } as const;

/** Says of a report that is not good what is wrong with it. */
function incomplete(report: SendReport): SendError {
  const reply = report.rejected[0]?.reply;
  const message =
    reply === undefined ? "not every recipient has the mail" : `a recipient was refused: ${reply}`;
  const { transient = false, permanent = false } = reply ?? {};
  return new SendError(message, {
    kind: "rejected",
    delivery: deliveryOf(report),
    transient,
    permanent,
    report,
  });
}

function wrong(problem: string): EnvoiError {
  return misconfigured(`RawTransport: ${problem}`);
}
