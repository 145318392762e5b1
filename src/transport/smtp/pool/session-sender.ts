import { discards } from "../../../protocol/dialogues/bdat-probe.ts";
import { Chain } from "../../../protocol/dialogues/chain.ts";
import type { TransactionOutcome } from "../../../protocol/dialogues/ledger.ts";
import type { MailChain } from "../../../protocol/dialogues/mail-chain.ts";
import type { MailTransaction } from "../../../protocol/dialogues/mail-transaction.ts";
import { Window } from "../../../protocol/dialogues/window.ts";
import { WindowedChain } from "../../../protocol/dialogues/windowed-chain.ts";
import { Failure } from "../../../protocol/failure.ts";
import { LinkedQueue } from "../../linked-queue.ts";
import { type Allowed, prepare } from "../session/prepare-mail.ts";
import type { Session } from "../session/session.ts";
import type { SmtpOptions } from "../smtp-options.ts";
import { failureOf } from "../to-failure.ts";
import { GivenMail, type Giver } from "./given-mail.ts";
import type { PendingMail } from "./pending-mail.ts";
import { isTooMuch, RecipientBatches } from "./recipient-batches.ts";
import { leftToSendAgain, notSentAgain, wantsLogin } from "./resending.ts";
import type { Throttle } from "./throttle.ts";
import type { WindowReach } from "./window-reach.ts";

/** What all senders of a transport share. */
export interface SharedState {
  readonly options: SmtpOptions;
  /** The server has refused an envelope that followed content: it gets no such envelope again. */
  chainingRefused: boolean;
  /** The server does not discard what it refuses: it gets no window. */
  windowRefused: boolean;
  /** How many mails of a connection may be sent in windows. */
  readonly windowReach: WindowReach;
  /** Says how much may be under way on a connection now. */
  readonly throttle: Throttle;
  /** Whether a mail waits that may go. */
  waiting(): boolean;
  /** Takes the next mail that may go over this session. */
  take(session: Session): PendingMail | undefined;
  /** Returns a mail to its place in the queue, because it, or a part of it, must be sent again. */
  putBack(pending: PendingMail): void;
}

/** Sends waiting mails over one session, until none waits or the session takes no more. */
export class SessionSender implements Giver {
  readonly #session: Session;
  readonly #shared: SharedState;
  /** Taken, and being prepared while the mails before it are sent. */
  #ahead: PendingMail | undefined;
  /** Mails that were given to a chain and have no outcome yet. */
  readonly #given: LinkedQueue<GivenMail> = new LinkedQueue();
  readonly #allowed: Allowed;

  constructor(session: Session, shared: SharedState) {
    this.#session = session;
    this.#shared = shared;
    this.#allowed = { smtpUtf8: shared.options.smtpUtf8, binary: session.mayBinary };
  }

  async run(): Promise<void> {
    while (this.#session.usable) {
      const pending = this.#nextPending();
      if (pending === undefined) return;
      try {
        await this.#send(pending);
      } catch (error) {
        // A mail that was put back is not ours any more.
        if (pending.submission.state !== "waiting") this.#fail(pending, failureOf(error, "mail"));
      }
    }
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead !== undefined) this.#giveBack(ahead);
  }

  #nextPending(): PendingMail | undefined {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead ?? this.#shared.take(this.#session);
  }

  /** Returns a mail that was taken, of which nothing was sent. */
  #giveBack(pending: PendingMail): void {
    pending.unprepare();
    this.#shared.putBack(pending);
  }

  /** Sends one mail, and after it the waiting mails, over the same connection. */
  async #send(pending: PendingMail): Promise<void> {
    const session = this.#session;
    const prepared = pending.prepared?.mail ?? this.#prepare(pending);
    const mail = prepared instanceof Promise ? await prepared : prepared;
    pending.prepared = undefined;
    if (this.#mustProve(pending) && !(await this.#prove(pending, mail))) return;
    const { connection, unclean } = session;
    const chain = this.#chain();
    const first = this.#give(chain, pending, mail);
    const end = await this.#playing(
      connection.play(chain.handOver(first, { stale: connection.stale, unclean })),
    );
    session.unclean = end.unclean;
    if (end.chainingRefused) this.#shared.chainingRefused = true;
    if (!end.reusable) connection.abort(() => done);
  }

  /** Waits for the end of a dialogue. If it throws, which is a bug, no mail is left without an outcome. */
  async #playing<T>(dialogue: Promise<T>): Promise<T> {
    try {
      return await dialogue;
    } catch (error) {
      for (const given of this.#given) given.breakOff(failureOf(error, "mail"));
      throw error;
    }
  }

  get #mayWindow(): boolean {
    const { mails, window, mayWindow } = this.#session;
    const { windowRefused, windowReach } = this.#shared;
    // The probe counts as a mail for the server, and a single mail after it needs no window.
    return mayWindow && !windowRefused && windowReach.admits(window === undefined ? mails + 2 : mails);
  }

  /**
   * Whether the server must first pass the probe for a window: more mails wait, and the connection has room for them.
   */
  #mustProve(pending: PendingMail): boolean {
    const { window, mailsLeft } = this.#session;
    if (window !== undefined || !this.#mayWindow || pending.wantsOwn) return false;
    // The probe is a MAIL, too.
    if (pending.submission.mail.once === true) return false;
    return this.#shared.waiting() && mailsLeft > 2;
  }

  #chain(): MailChain {
    const { options, chainingRefused } = this.#shared;
    const { window, pipelining } = this.#session;
    if (window !== undefined && this.#mayWindow) {
      const next = () => (this.#mayWindow ? this.#next(chain) : undefined);
      const chain: MailChain = new WindowedChain(next, window);
      return chain;
    }
    // If more mails come, the server is probed first.
    const next = () => (this.#mayWindow ? undefined : this.#next(chain));
    const manner = { pipelining, chaining: !chainingRefused, dialect: options.dialect };
    const chain: MailChain = new Chain(next, manner);
    return chain;
  }

  /**
   * Probes whether the server may get a window. Returns whether the connection can still be used. Nothing of the mail
   * was sent by then: if it cannot, the mail uses another connection.
   */
  async #prove(pending: PendingMail, { envelope }: MailTransaction): Promise<boolean> {
    const { cancellation } = pending.submission;
    const session = this.#session;
    const { connection } = session;
    cancellation.during((reason) => connection.abort(reason));
    session.mails++;
    try {
      const reset = await connection.play(discards(envelope.from, connection.stale));
      const { options, throttle } = this.#shared;
      // For the server, the probe was a mail.
      session.used = true;
      if (reset === undefined) session.unproved = true;
      else session.window = new Window(() => throttle.share(options.pool.maxInFlight), reset);
      return true;
    } catch (error) {
      if (!(error instanceof Failure) || cancellation.requested) throw error;
      // A used connection may have been dead.
      if (!session.used || error.kind === "protocol") this.#shared.windowRefused = true;
      else pending.failedBesideOthers(error);
      connection.abort(() => done);
      this.#giveBack(pending);
      return false;
    }
  }

  /** The next waiting mail that this server can take; nothing if it must be prepared first. */
  #next(chain: MailChain): GivenMail | undefined {
    while (!this.#session.spent) {
      if (this.#ahead !== undefined) return undefined;
      const pending = this.#shared.take(this.#session);
      if (pending === undefined) return undefined;
      try {
        this.#mayLeave(pending);
        const prepared = this.#prepare(pending);
        if (!(prepared instanceof Promise)) return this.#give(chain, pending, prepared);
        // The error reaches the one who awaits the promise; until then nothing handles it.
        prepared.catch(() => {});
        pending.prepared = { session: this.#session, mail: prepared };
        this.#ahead = pending;
      } catch (error) {
        this.#fail(pending, failureOf(error, "mail"));
      }
    }
    return undefined;
  }

  /** If the mail is cancelled while it is prepared, it ends at once, and nothing of it is sent. */
  #mayLeave(pending: PendingMail): void {
    pending.submission.cancellation.during((reason) => {
      if (this.#ahead !== pending) return;
      this.#ahead = undefined;
      this.#fail(pending, reason("queue"));
    });
  }

  #prepare(pending: PendingMail): MailTransaction | Promise<MailTransaction> {
    const { connection, capabilities } = this.#session;
    const { mail, cancellation } = pending.submission;
    const { LIMITS } = capabilities.extensions;
    if (pending.batches === undefined && LIMITS !== undefined && isTooMuch(mail.envelope, LIMITS)) {
      if (mail.partial === false) throw tooManyAtOnce(mail.envelope.to.length);
      pending.batches = new RecipientBatches(mail.envelope, LIMITS);
    }
    const envelope = pending.batches?.next(LIMITS) ?? mail.envelope;
    return prepare(mail, envelope, capabilities, connection.tls, this.#allowed, cancellation);
  }

  #give(chain: MailChain, pending: PendingMail, mail: MailTransaction): GivenMail {
    const { submission } = pending;
    const session = this.#session;
    const given = new GivenMail(mail, pending, session.used, this);
    session.carries();
    submission.begins();
    given.number = session.mails;
    given.inWindow = chain instanceof WindowedChain;
    given.place = this.#given.append(given);
    submission.cancellation.during((reason) => {
      if (!chain.callOff(given, reason)) session.connection.abort(reason);
    });
    return given;
  }

  settled({ pending, used, number, inWindow }: GivenMail, outcome: TransactionOutcome): void {
    const { windowReach } = this.#shared;
    if (outcome.reply?.positive === true) windowReach.answered(number);
    else if (inWindow && isClosedUpon(outcome)) windowReach.closed(number - 1);
    const { connection } = this.#session;
    const { mail, cancellation } = pending.submission;
    const failure = outcome.failure?.on(connection);
    const told = failure === undefined ? outcome : { ...outcome, failure };
    const left = used && !cancellation.requested ? leftToSendAgain(told, mail.partial !== false) : "nothing";
    if (failure !== undefined && left !== "nothing") {
      if (wantsLogin(failure)) this.#session.expired = true;
      if (mail.once === true) pending.settle(notSentAgain(told, failure, left), connection.tls);
      else {
        pending.sendAgain(told, failure, left);
        this.#shared.putBack(pending);
      }
    } else if (pending.settle(told, connection.tls)) {
      this.#shared.putBack(pending);
    }
  }

  /** Ends a mail before anything of its next transaction was sent. */
  #fail(pending: PendingMail, failure: Failure): void {
    const { connection } = this.#session;
    pending.fail(failure.on(connection), connection.tls);
  }
}

/** Whether the server closed the connection without a reply to content that it may have. */
function isClosedUpon({ recipients, failure }: TransactionOutcome): boolean {
  return failure?.kind === "connection" && recipients.some(({ outcome }) => outcome === "unknown");
}

function tooManyAtOnce(count: number): Failure {
  const message = `the mail is for ${count} recipients, all or none, and the server takes fewer at a time`;
  return new Failure({ kind: "unsupported", phase: "mail", message, permanent: true });
}

const done = new Failure({ kind: "closed", phase: "quit", message: "the connection has been closed" });
