import type { Envelope, EnvelopeFields } from "../../address/envelope.ts";
import { misconfigured } from "../../errors.ts";
import { toEnvelope } from "../../message/inputs.ts";
import { Message } from "../../message/message.ts";
import type { MessageFields } from "../../message/message-fields.ts";
import { signContent } from "../../message/signed-content.ts";
import { SessionTickets } from "../../net/client/session-tickets.ts";
import type { Dialect } from "../../protocol/dialect.ts";
import type { Failure } from "../../protocol/failure.ts";
import { SmtpError } from "../../protocol/send-error.ts";
import { nothingSent, type SendReport } from "../../protocol/send-report.ts";
import { LinkedQueue } from "../linked-queue.ts";
import type { Mail } from "../mail/mail.ts";
import { type RawContent, rawMail } from "../mail/raw-mail.ts";
import { readRequests } from "../requests/requests.ts";
import { Runs } from "../run/runs.ts";
import type { SendAllItem, SendAllOptions, SendRun, SendSource, TagOf } from "../run/send-run.ts";
import { checkCloseOptions, checkSendOptions } from "../send-options.ts";
import { breakingOff } from "../signal.ts";
import type { CloseOptions, SendOptions, Transport } from "../transport.ts";
import { SmtpTransportBuilder } from "./builder.ts";
import { ConnectionTests, type TestConnectionOptions } from "./connection-tests.ts";
import { LoginGate } from "./login/login-gate.ts";
import type { SendObserver } from "./observer/send-observer.ts";
import type { SmtpOptions } from "./options.ts";
import { Dispatcher } from "./pool/dispatcher.ts";
import type { ServerInfo } from "./session/server-info.ts";
import type { TransportStatus } from "./status.ts";
import { withCallers } from "./submission/callers.ts";
import { aborted, closed } from "./submission/cancellation-reasons.ts";
import { OutgoingMail } from "./submission/outgoing-mail.ts";
import { SharedTimeout } from "./submission/shared-timeout.ts";
import { Submission } from "./submission/submission.ts";
import { Tls } from "./tls/tls-mode.ts";
import { builderFromUrl } from "./url/url.ts";
import { Verdicts } from "./verdicts.ts";

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
  readonly #dispatcher: Dispatcher;
  /** All that have no outcome. */
  readonly #open: LinkedQueue<Submission> = new LinkedQueue();
  readonly #alone: Manner;
  readonly #inRun: Manner;
  readonly #tests: ConnectionTests;
  readonly #runs: Runs;
  #closing: Promise<void> | undefined;

  /** @internal For `builder` and its like. */
  constructor(options: SmtpOptions) {
    // From JavaScript it can be called with anything.
    if (!((options as Partial<SmtpOptions> | undefined)?.tickets instanceof SessionTickets))
      throw misconfigured(
        "SmtpTransport: expected a builder to construct it: SmtpTransport.relay(host).credentials(...).build(), or SmtpTransport.fromUrl(url).build()",
      );
    this.#options = options;
    this.#alone = { timeout: new SharedTimeout(options.clock, UNTIL_CONTENT), counted: true };
    this.#inRun = { timeout: new SharedTimeout(options.clock, NEVER), counted: false };
    const gate = new LoginGate(new Verdicts(options.clock));
    this.#dispatcher = new Dispatcher(options, gate);
    this.#tests = new ConnectionTests(options, gate);
    this.#runs = new Runs(
      (message, each) => this.#send(message, each, this.#inRun),
      options.pool.maxSize * backlog(options),
      () => this.#dispatcher.lull,
    );
  }

  /** A relay on port 465 that speaks TLS from the first octet: {@link Tls.Wrapper}. Use this where you can. */
  static relay(host: string): SmtpTransportBuilder {
    return SmtpTransport.builder(host);
  }

  /** A relay on port 587 that switches to TLS by STARTTLS, or is not sent to: {@link Tls.Required}. */
  static starttlsRelay(host: string): SmtpTransportBuilder {
    return SmtpTransport.builder(host).tls(Tls.Required);
  }

  /**
   * Any relay. TLS from the first octet unless `.tls()` says otherwise; the port follows the mode unless `.port()`
   * does.
   */
  static builder(host: string): SmtpTransportBuilder {
    return beginning(host);
  }

  /** As lettre's: no TLS, port 25, unless the builder is told otherwise. Everybody on the way can read the mail. */
  static builderDangerous(host: string): SmtpTransportBuilder {
    return SmtpTransport.builder(host).tls(Tls.None);
  }

  /** Any relay behind a Unix socket, in clear: what goes there stays on this machine. */
  static unixSocket(path: string): SmtpTransportBuilder {
    return SmtpTransport.builder("localhost").tls(Tls.None).unixSocket(path);
  }

  /**
   * A relay named by a URL, as deployments keep it in an environment variable.
   *
   * | URL | what it is | port |
   * |---|---|---|
   * | `smtps://user:password@host` | TLS from the first octet | 465 |
   * | `smtp://user:password@host?tls=required` | STARTTLS, or nothing is sent | 587 |
   * | `smtp://host?tls=opportunistic` | STARTTLS where it is offered | 25 |
   * | `smtp://host` | in clear | 25 |
   * | `smtp+unix:///run/relay` | a Unix socket, in clear unless `tls` says otherwise | |
   * | `lmtp://host`, `lmtp+unix:///run/lmtp` | LMTP (RFC 2033), as {@link LmtpTransport} speaks it | 24 |
   *
   * User and password are percent-decoded: `encodeURIComponent` encodes them. What else the builder can be told follows
   * as parameters: `?helloName=shop.example.org&timeout.connect=5000&pool.maxSize=10`. `docs/connecting.md` lists them.
   *
   * @throws EnvoiError of kind `"configuration"`, or an AddressError, where the URL says anything else.
   */
  static fromUrl(url: string): SmtpTransportBuilder {
    return builderFromUrl(url, (host, dialect) => beginning(host, dialect));
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
  send(fields: MessageFields, options?: SendOptions): Promise<SendReport>;
  send(message: Message | MessageFields, options?: SendOptions): Promise<SendReport>;
  send(message: Message | MessageFields, options: SendOptions = {}): Promise<SendReport> {
    return this.#send(message, options, this.#alone);
  }

  /**
   * Sends many, over all connections. A mail that waits in a run waits for as long as it takes, unless a `deadline`
   * says otherwise.
   */
  sendAll<Item extends SendAllItem>(items: SendSource<Item>, options?: SendAllOptions): SendRun<TagOf<Item>> {
    return this.#runs.sendAll(items, options);
  }

  async #send(message: Message | MessageFields, options: SendOptions, manner: Manner): Promise<SendReport> {
    checkSendOptions("send", options);
    const built = Message.is(message) ? message : Message.create(message);
    const envelope = options.envelope === undefined ? built.envelope : toEnvelope(options.envelope);
    const requests = readRequests(options, envelope, (address) => built.mentions(address));
    const mail = {
      envelope,
      messageId: built.messageId,
      international: built.international || envelope.international,
    };
    const content: Mail["content"] = (way) => built.content(way, this.#options.signers);
    try {
      return await this.#submit(new OutgoingMail(mail, requests, options.partial, content), options, manner);
    } catch (error) {
      throw withCallers(error);
    }
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
    checkSendOptions("sendRaw", options);
    const mail = rawMail(toEnvelope(options.envelope ?? envelope), content);
    const requests = readRequests(options, mail.envelope, undefined);
    const signed: Mail["content"] = (way) => signContent(mail.content(way), this.#options.signers);
    try {
      return await this.#submit(
        new OutgoingMail(mail, requests, options.partial, signed),
        options,
        this.#alone,
      );
    } catch (error) {
      throw withCallers(error);
    }
  }

  /** What the transport is doing at this moment: connections, mails, and whether the server has asked for less. */
  status(): TransportStatus {
    return this.#dispatcher.status;
  }

  /**
   * Connects, encrypts, logs in and says goodbye, on a connection of its own that is closed when this resolves or
   * rejects. Nothing is sent.
   *
   * @returns What the server is and can do.
   * @throws SmtpError as `send` would; its `report` is of no recipient.
   *
   * @example
   * ```ts
   * const transport = SmtpTransport.fromUrl(process.env["SMTP_URL"] ?? "").build();
   * const { name, tls, user, maxMessageSize } = await transport.testConnection({ deadline: 10_000 });
   * console.log(`${name} over ${tls?.protocol ?? "no TLS"} as ${user ?? "nobody"}, up to ${maxMessageSize} octets`);
   * ```
   */
  testConnection(options: TestConnectionOptions = {}): Promise<ServerInfo> {
    return this.#tests.run(options);
  }

  /** Takes nothing new, sends what is queued, says QUIT on every connection. May be called more than once. */
  async close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    const { force = false, signal } = options;
    this.#runs.close();
    this.#closing ??= Promise.all([this.#drain(), this.#tests.close()]).then(() => {});
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

  #submit(mail: Mail, options: SendOptions, { timeout, counted }: Manner): Promise<SendReport> {
    const { signal, deadline = this.#options.deadline, priority } = options;
    const sendObserver = this.#options.observer.sending(mail);
    if (this.#closing !== undefined) throw refused(mail, closed("queue"), sendObserver);
    if (signal?.aborted) throw refused(mail, aborted("send", signal)("queue"), sendObserver);
    const submission = new Submission(mail, this.#dispatcher, {
      priority,
      counted,
      timeout: deadline === undefined ? timeout : new SharedTimeout(this.#options.clock, deadline),
      coversAll: deadline !== undefined,
      signal,
      open: this.#open,
      sendObserver,
    });
    this.#dispatcher.enqueue(submission);
    return submission.done;
  }

  async #drain(): Promise<void> {
    for (const { done } of this.#open) await done.catch(() => {});
    await this.#dispatcher.close();
  }

  #breakOff(): void {
    for (const { cancellation } of this.#open) cancellation.cancel(closed);
    this.#dispatcher.hurry();
    this.#tests.breakOff();
  }
}

function beginning(host: string, dialect?: Dialect): SmtpTransportBuilder {
  return new SmtpTransportBuilder(host, (options) => new SmtpTransport(options), dialect);
}

/** Milliseconds that a send may take until its content goes out, unless the caller gave a deadline. */
const UNTIL_CONTENT = 120_000;

const NEVER = Number.POSITIVE_INFINITY;

/** How a mail is sent, alone or in a run. */
interface Manner {
  /** How long it may take until its content goes out, unless the caller gave a deadline. */
  readonly timeout: SharedTimeout<Submission>;
  /** Whether it counts for `maxQueue`. */
  readonly counted: boolean;
}

/**
 * Mails of a run that are under way for each connection: the one whose reply is awaited, the one behind it or the
 * window, and some that wait, so that no connection does.
 */
function backlog({ pipelining, pool }: SmtpOptions): number {
  return pipelining === "window" ? pool.maxInFlight + 4 : 5;
}

function refused(
  { envelope, messageId }: Mail,
  failure: Failure,
  sendObserver: SendObserver | undefined,
): SmtpError {
  const error = new SmtpError(failure, nothingSent(envelope, messageId));
  sendObserver?.failed(error);
  return error;
}
