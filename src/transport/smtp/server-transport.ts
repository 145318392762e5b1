import type { Envelope } from "../../address/envelope.ts";
import { Message } from "../../message/message.ts";
import type { MessageFields } from "../../message/message-fields.ts";
import { signContent } from "../../message/signed-content.ts";
import { SessionTickets } from "../../net/client/session-tickets.ts";
import type { Failure } from "../../protocol/failure.ts";
import { SmtpError } from "../../protocol/send-error.ts";
import { nothingSent, type SendReport } from "../../protocol/send-report.ts";
import { refuseOption } from "../../text/options/option-reader.ts";
import { BaseTransport } from "../base-transport.ts";
import { readRequests } from "../extension-options/requests.ts";
import { LinkedQueue } from "../linked-queue.ts";
import type { Mail } from "../mail/mail.ts";
import type { RawContent } from "../mail/raw-mail.ts";
import type { FollowedSendOptions, SendOptions } from "../send-options.ts";
import { ConnectionTests, type TestConnectionOptions } from "./connection-tests.ts";
import { Verdicts } from "./lasting-failures.ts";
import { LoginTurns } from "./login/login-turns.ts";
import type { SendObserver } from "./observer/send-observer.ts";
import { Dispatcher } from "./pool/dispatcher.ts";
import type { ServerInfo } from "./session/server-info.ts";
import type { SmtpOptions } from "./smtp-options.ts";
import type { TransportStatus } from "./status.ts";
import { aborted, closed } from "./submission/cancellation-reasons.ts";
import { OutgoingMail } from "./submission/outgoing-mail.ts";
import { SharedTimeout } from "./submission/shared-timeout.ts";
import { Submission } from "./submission/submission.ts";

/** What the transports to an SMTP or LMTP server have in common: all but how they are made. */
export abstract class ServerTransport extends BaseTransport {
  readonly #options: SmtpOptions;
  readonly #dispatcher: Dispatcher;
  /** Those that have no outcome yet. */
  readonly #open: LinkedQueue<Submission> = new LinkedQueue();
  readonly #alone: Manner;
  readonly #inRun: Manner;
  readonly #tests: ConnectionTests;

  /** @internal A builder calls it. */
  constructor(options: SmtpOptions, usage: string) {
    // From JavaScript it can be called with anything.
    if (!((options as Partial<SmtpOptions> | undefined)?.tickets instanceof SessionTickets))
      throw refuseOption("constructor", "only a builder can call it", usage);
    super(options.pool.maxSize * backlog(options));
    this.#options = options;
    this.#alone = { timeout: new SharedTimeout(options.clock, UNTIL_CONTENT), counted: true };
    this.#inRun = { timeout: new SharedTimeout(options.clock, NEVER), counted: false };
    const turns = new LoginTurns(new Verdicts(options.clock));
    this.#dispatcher = new Dispatcher(options, turns);
    this.#tests = new ConnectionTests(options, turns);
  }

  /** What the transport is doing now: its connections, its mails, and whether the server has asked for less. */
  status(): TransportStatus {
    return this.#dispatcher.status;
  }

  /**
   * Connects, encrypts, logs in and says goodbye, on a connection of its own, which is closed when this resolves or
   * rejects. Sends nothing.
   *
   * @returns What the server is and can do.
   * @throws SmtpError like `send`; its `report` has no recipients.
   *
   * @example
   * ```ts
   * const transport = SmtpTransport.fromUrl(process.env["SMTP_URL"] ?? "").build();
   * const { name, tls, user, maxMessageSize } = await transport.testConnection({ deadline: 10_000 });
   * console.log(`${name} over ${tls?.protocol ?? "no TLS"} as ${user ?? "nobody"}, up to ${maxMessageSize} bytes`);
   * ```
   */
  testConnection(options: TestConnectionOptions = {}): Promise<ServerInfo> {
    return this.#tests.run(options);
  }

  protected override get lull(): Promise<void> | undefined {
    return this.#dispatcher.lull;
  }

  protected override build(fields: MessageFields): Message {
    return Message.create(this.#options.defaults.under(fields));
  }

  protected override deliver(
    message: Message,
    envelope: Envelope,
    options: FollowedSendOptions,
    inRun: boolean,
  ): Promise<SendReport> {
    const mail = {
      envelope,
      messageId: message.messageId,
      international: message.international || envelope.international,
    };
    const requests = readRequests(options, envelope, (address) => message.mentions(address));
    const { onBegin } = options;
    const content: Mail["content"] = (way) => {
      onBegin?.(message);
      return message.content(way, this.#options.signers);
    };
    const outgoing = new OutgoingMail(mail, requests, options, content);
    return this.#submit(outgoing, options, inRun ? this.#inRun : this.#alone);
  }

  protected override deliverRaw(
    mail: Mail,
    _content: RawContent,
    options: SendOptions,
    inRun: boolean,
  ): Promise<SendReport> {
    const requests = readRequests(options, mail.envelope, undefined);
    const content: Mail["content"] = (way) => signContent(mail.content(way), this.#options.signers);
    const outgoing = new OutgoingMail(mail, requests, options, content);
    return this.#submit(outgoing, options, inRun ? this.#inRun : this.#alone);
  }

  protected override async finish(): Promise<void> {
    await Promise.all([this.#drain(), this.#tests.close()]);
  }

  protected override breakOff(): void {
    for (const { cancellation } of this.#open) cancellation.cancel(closed);
    this.#dispatcher.hurry();
    this.#tests.breakOff();
  }

  #submit(mail: Mail, options: SendOptions, { timeout, counted }: Manner): Promise<SendReport> {
    const { signal, deadline = this.#options.deadline, priority } = options;
    const sendObserver = this.#options.observer.sending(mail);
    if (this.closed) throw refused(mail, closed("queue"), sendObserver);
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
