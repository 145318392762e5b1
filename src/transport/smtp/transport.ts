import type { Envelope } from "../../address/envelope.ts";
import type { EnvelopeFields } from "../../message/builder.ts";
import type { MessageFields } from "../../message/fields.ts";
import { toEnvelope } from "../../message/inputs.ts";
import { Message } from "../../message/message.ts";
import { signContent } from "../../message/signed-content.ts";
import { Failure } from "../../protocol/failure.ts";
import { SmtpError } from "../../protocol/send-error.ts";
import { nothingSent, type SendReport } from "../../protocol/send-report.ts";
import { type Mail, madeOnce } from "../mail.ts";
import { checkOptionNames, sendOptionNames } from "../option-names.ts";
import { type RawContent, rawMail } from "../raw-mail.ts";
import { readRequests } from "../requests.ts";
import { Runs } from "../runs.ts";
import type { SendAllItem, SendAllOptions, SendRun, SendSource, TagOf } from "../send-run.ts";
import { checkSignal } from "../signal.ts";
import type { CloseOptions, SendOptions, Transport } from "../transport.ts";
import { checkMilliseconds, SmtpTransportBuilder } from "./builder.ts";
import type { CancellationReason } from "./cancellation.ts";
import { Lane, type Lanes } from "./lane.ts";
import { Line } from "./line.ts";
import type { SmtpOptions } from "./options.ts";
import { SlotPool } from "./pool.ts";
import { Submission } from "./submission.ts";
import { Tls } from "./tls-mode.ts";
import { builderFromUrl } from "./url.ts";

/** The port of SMTP between servers, and of a relay on this machine (RFC 5321). */
export const SMTP_PORT = 25;
/** The port of submission with STARTTLS (RFC 6409). */
export const SUBMISSION_PORT = 587;
/** The port of submission over TLS from the first octet (RFC 8314). */
export const SUBMISSIONS_PORT = 465;

/**
 * Hands mail to a relay over SMTP (RFC 5321), over connections that it keeps for the next.
 *
 * @example
 * ```ts
 * await using transport = SmtpTransport.relay("mail.example.org")
 *   .credentials(Credentials.password("shop", "secret"))
 *   .build();
 * const report = await transport.send({
 *   from: "Shop <shop@example.org>",
 *   to: "jane@example.net",
 *   subject: "Your order",
 *   text: "Thank you!",
 * });
 * console.log(`accepted for ${report.accepted.length}: ${report.reply}`);
 * ```
 */
export class SmtpTransport implements Transport {
  readonly #options: SmtpOptions;
  readonly #pool: SlotPool;
  /** What waits for a lane, in order. */
  readonly #queue: Line<Submission> = new Line();
  /** All that is not settled. */
  readonly #open: Line<Submission> = new Line();
  readonly #shared: Lanes;
  readonly #runs: Runs;
  #lanes = 0;
  #closing: Promise<void> | undefined;

  private constructor(options: SmtpOptions) {
    this.#options = options;
    this.#pool = new SlotPool(options.pool);
    this.#runs = new Runs(
      (message, each) => this.#send(message, each, NEVER),
      options.pool.maxSize * BACKLOG,
    );
    this.#shared = { options, chainingRefused: false, take: () => this.#queue.take() };
  }

  /** A relay on port 465 that speaks TLS from the first octet: {@link Tls.Wrapper}. Use this where you can. */
  static relay(host: string): SmtpTransportBuilder {
    return SmtpTransport.builder(host);
  }

  /** A relay on port 587 that switches to TLS by STARTTLS, or is not sent to: {@link Tls.Required}. */
  static starttlsRelay(host: string): SmtpTransportBuilder {
    return SmtpTransport.builder(host).tls(Tls.Required);
  }

  /** Any relay. TLS from the first octet unless `.tls()` says otherwise; the port follows the mode unless `.port()` does. */
  static builder(host: string): SmtpTransportBuilder {
    return new SmtpTransportBuilder(host, (options) => new SmtpTransport(options));
  }

  /** As lettre's: no TLS, port 25, unless the builder is told otherwise. Everybody on the way can read the mail. */
  static builderDangerous(host: string): SmtpTransportBuilder {
    return SmtpTransport.builder(host).tls(Tls.None);
  }

  /**
   * A relay named by a URL: `smtps://user:password@host` is Wrapper on 465, `smtp://host?tls=required` STARTTLS on 587,
   * `smtp://host?tls=opportunistic` and `smtp://host` are Opportunistic and None on 25.
   *
   * User and password are percent-decoded.
   *
   * @throws EnvoiError of kind `"configuration"` where the URL says anything else.
   */
  static fromUrl(url: string): SmtpTransportBuilder {
    return builderFromUrl(url, SmtpTransport.builder);
  }

  /**
   * The relay, or mail catcher, on this machine, in clear. `docs/localhost.md` says when that is safe.
   *
   * @param port 25, where a local Postfix listens; mail catchers usually listen on 1025.
   */
  static unencryptedLocalhost(port: number = SMTP_PORT): SmtpTransport {
    return SmtpTransport.builderDangerous("localhost").port(port).build();
  }

  /**
   * Sends a message.
   *
   * @throws SmtpError whose `report` tells of each recipient; AddressError or MessageError where fields were given of
   * which no message can be built.
   */
  send(message: Message | MessageFields, options: SendOptions = {}): Promise<SendReport> {
    return this.#send(message, options, UNTIL_CONTENT);
  }

  /**
   * Sends many, over all connections. A mail that waits in a run waits for as long as it takes, unless a `deadline` says
   * otherwise.
   */
  sendAll<Item extends SendAllItem>(items: SendSource<Item>, options?: SendAllOptions): SendRun<TagOf<Item>> {
    return this.#runs.sendAll(items, options);
  }

  async #send(
    message: Message | MessageFields,
    options: SendOptions,
    untilContent: number,
  ): Promise<SendReport> {
    checkOptionNames("send", options, sendOptionNames);
    const built = Message.is(message) ? message : Message.create(message);
    const envelope = options.envelope === undefined ? built.envelope : toEnvelope(options.envelope);
    const international = built.international || envelope.international;
    const { messageId } = built;
    const requests = readRequests(options, envelope, (address) => built.names(address));
    const content = madeOnce((way) => built.content(way, this.#options.signers));
    return this.#submit({ envelope, messageId, international, requests, content }, options, untilContent);
  }

  /**
   * Sends octets as they are: a message stored or built elsewhere.
   *
   * @throws SmtpError as `send` does; MessageError naming the line that cannot be sent.
   */
  async sendRaw(
    envelope: Envelope | EnvelopeFields,
    content: RawContent,
    options: SendOptions = {},
  ): Promise<SendReport> {
    checkOptionNames("sendRaw", options, sendOptionNames);
    const mail = rawMail(toEnvelope(options.envelope ?? envelope), content);
    const signed = madeOnce((way) => signContent(mail.content(way), this.#options.signers));
    const requests = readRequests(options, mail.envelope, undefined);
    return this.#submit({ ...mail, requests, content: signed }, options, UNTIL_CONTENT);
  }

  /** Takes nothing new, sends what is queued, says QUIT on every connection. May be called more than once. */
  async close(options: CloseOptions = {}): Promise<void> {
    checkOptionNames("close", options, ["force", "signal"]);
    const { force = false, signal } = options;
    this.#runs.close();
    this.#closing ??= this.#pool.close();
    if (force || signal?.aborted) this.#breakOff();
    const breakOff = () => this.#breakOff();
    signal?.addEventListener("abort", breakOff, { once: true });
    try {
      await this.#closing;
    } finally {
      signal?.removeEventListener("abort", breakOff);
    }
  }

  /** Closes, waiting for what is being sent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #submit(mail: Mail, options: SendOptions, untilContent: number): Promise<SendReport> {
    const { signal, deadline = this.#options.deadline } = options;
    if (deadline !== undefined) checkMilliseconds("deadline", deadline);
    checkSignal("SmtpTransport", signal);
    if (this.#closing !== undefined) throw refused(mail, closed("queue"));
    if (signal?.aborted) throw refused(mail, aborted(signal)("queue"));
    const submission = new Submission(mail);
    const { cancellation } = submission;
    const limit = deadline ?? untilContent;
    // Held: a token or a signature that is waited for keeps no process alive by itself.
    const expire = limit === NEVER ? () => {} : () => cancellation.cancel(late(limit));
    const timer = this.#options.clock.timer(limit, expire, true);
    if (deadline === undefined) submission.contentStarts = () => timer.cancel();
    const abort = signal && (() => cancellation.cancel(aborted(signal)));
    if (abort) signal.addEventListener("abort", abort, { once: true });
    const open = this.#open.append(submission);
    this.#enqueue(submission);
    try {
      return await submission.done;
    } finally {
      open.leave();
      timer.cancel();
      if (abort) signal.removeEventListener("abort", abort);
    }
  }

  #enqueue(submission: Submission): void {
    const place = this.#queue.append(submission);
    submission.cancellation.during((reason) => {
      if (place.leave()) submission.notSent(reason("queue"));
    });
    if (this.#lanes < this.#options.pool.maxSize) void this.#lane();
  }

  async #lane(): Promise<void> {
    this.#lanes++;
    const slot = await this.#pool.acquire();
    const lane = new Lane(slot, this.#shared);
    // What is queued while the last reply is on its way to this line is sent by the same lane.
    do await lane.run();
    while (!this.#queue.empty);
    this.#lanes--;
    await this.#pool.release(slot);
  }

  #breakOff(): void {
    this.#pool.hurry();
    for (const { cancellation } of this.#open) cancellation.cancel(closed);
  }
}

/** Milliseconds a send may take until its content goes out, where nobody said otherwise. */
const UNTIL_CONTENT = 120_000;

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Mails of a run that are under way for each connection: the one whose reply is awaited, the one behind it, and some
 * that wait, so that no connection does.
 */
const BACKLOG = 5;

function refused({ envelope, messageId }: Mail, failure: Failure): SmtpError {
  return new SmtpError(failure, nothingSent(envelope, messageId));
}

const closed: CancellationReason = (phase) =>
  new Failure({ kind: "closed", phase, message: "the transport has been closed" });

function aborted(signal: AbortSignal): CancellationReason {
  return (phase) =>
    new Failure({ kind: "aborted", phase, message: "the send was aborted", cause: signal.reason });
}

function late(limit: number): CancellationReason {
  return (phase) =>
    new Failure({
      kind: "timeout",
      phase,
      message: `the send was not done within its deadline of ${limit} ms`,
    });
}
