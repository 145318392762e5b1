import { discards } from "../../../protocol/dialogues/bdat-probe.ts";
import { Chain } from "../../../protocol/dialogues/chain.ts";
import type { TransactionOutcome } from "../../../protocol/dialogues/ledger.ts";
import type { ChainedMail } from "../../../protocol/dialogues/mail-in-flight.ts";
import type { MailTransaction } from "../../../protocol/dialogues/mail-transaction.ts";
import { Window } from "../../../protocol/dialogues/window.ts";
import { WindowedChain } from "../../../protocol/dialogues/windowed-chain.ts";
import { Failure } from "../../../protocol/failure.ts";
import { failureOf } from "../failure-of.ts";
import type { SmtpOptions } from "../options.ts";
import { mayBinary, mayWindow } from "../session/chunking.ts";
import { prepare } from "../session/prepare.ts";
import { isSpent, mailsLeft, type Session } from "../session/session.ts";
import type { PendingMail } from "./pending-mail.ts";
import { isTooMuch, RecipientBatches } from "./recipient-batches.ts";
import { leftToSendAgain, wantsLogin } from "./resending.ts";
import type { Throttle } from "./throttle.ts";

/** What all lanes of a transport have in common. */
export interface Lanes {
  readonly options: SmtpOptions;
  /** The server was seen to refuse an envelope behind content: nobody sends it one again. */
  chainingRefused: boolean;
  /** The server was seen not to discard what it refuses: it gets no window. */
  windowRefused: boolean;
  /** Says how much may be under way on a connection, of what usually may. */
  readonly throttle: Throttle;
  /** Whether one waits that may go. */
  waiting(): boolean;
  /** The next that may go over this session, if any waits and may. */
  take(session: Session): PendingMail | undefined;
  /** Puts one that was taken back to where it stood in the queue: it is to be sent again, or more of it is. */
  putBack(pending: PendingMail): void;
}

/** A mail that was given to a chain. */
interface GivenMail extends ChainedMail {
  /** The first octet of its content is about to go out, or has. */
  contentBegun: boolean;
}

/** How mails go over a connection: in a window, or one behind another. */
type AnyChain = Chain | WindowedChain;

/** Sends over one session whatever waits, until nothing does or the session takes no more. */
export class Lane {
  readonly #session: Session;
  readonly #lanes: Lanes;
  /** Taken, and being made ready while those before it are sent. */
  #ahead: PendingMail | undefined;
  /** Mails that were given to a chain and have no outcome. */
  readonly #given: Set<GivenMail> = new Set();

  constructor(session: Session, lanes: Lanes) {
    this.#session = session;
    this.#lanes = lanes;
  }

  async run(): Promise<void> {
    while (this.usable) {
      const pending = this.#nextPending();
      if (pending === undefined) return;
      try {
        await this.#send(pending);
      } catch (error) {
        // What was put back is somebody else's by now.
        if (pending.submission.state !== "waiting") this.#fail(pending, failureOf(error, "mail"));
      }
    }
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead !== undefined) this.#giveBack(ahead);
  }

  /** Whether the session takes further mails. */
  get usable(): boolean {
    return !this.#session.connection.broken && !isSpent(this.#session, this.#lanes.options);
  }

  #nextPending(): PendingMail | undefined {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead ?? this.#lanes.take(this.#session);
  }

  /** Nothing was said of a pending mail that was taken. */
  #giveBack(pending: PendingMail): void {
    pending.unprepare();
    this.#lanes.putBack(pending);
  }

  /** Sends one mail, and behind it on the same connection what waits. */
  async #send(pending: PendingMail): Promise<void> {
    const { options } = this.#lanes;
    const session = this.#session;
    const { connection } = session;
    const prepared = pending.prepared?.mail ?? this.#prepare(pending);
    const mail = prepared instanceof Promise ? await prepared : prepared;
    pending.prepared = undefined;
    if (
      this.#mayWindow() &&
      session.window === undefined &&
      !pending.wantsOwn &&
      this.#lanes.waiting() &&
      mailsLeft(session, options) > 2
    ) {
      if (!(await this.#prove(pending, mail))) return;
    }
    const { stale } = connection;
    const chain = this.#chain();
    const first = this.#chained(chain, pending, mail);
    const end = await this.#playing(
      connection.play(chain.handOver(first, chain instanceof Chain ? stale || session.reset : stale)),
    );
    session.reset = end.reset;
    if (chain instanceof Chain && chain.refused) this.#lanes.chainingRefused = true;
    if (!end.reusable) connection.abort(() => done);
  }

  /**
   * Waits for the end of a dialogue. One that breaks off, as none should, leaves no mail without an outcome: whose
   * content had begun to go out may have arrived.
   */
  async #playing<T>(dialogue: Promise<T>): Promise<T> {
    try {
      return await dialogue;
    } catch (error) {
      const failure = failureOf(error, "mail");
      for (const { envelope, settle, contentBegun } of [...this.#given]) {
        const outcome = contentBegun ? "unknown" : "not-sent";
        const recipients = envelope.to.map((recipient) => ({ recipient, outcome }) as const);
        settle({ recipients, failure, reusable: false });
      }
      throw error;
    }
  }

  #mayWindow(): boolean {
    const session = this.#session;
    return !this.#lanes.windowRefused && !session.unproved && mayWindow(this.#lanes.options, session);
  }

  #chain(): AnyChain {
    const { options, chainingRefused } = this.#lanes;
    const session = this.#session;
    if (session.window !== undefined) {
      const chain: AnyChain = new WindowedChain(() => this.#next(chain), session.window);
      return chain;
    }
    const { dialect } = options;
    const pipelining = options.pipelining !== "off" && session.capabilities.extensions.PIPELINING === true;
    // If more comes, the server is put to the test before.
    const next = () => (this.#mayWindow() ? undefined : this.#next(chain));
    const chain: AnyChain = new Chain(next, { pipelining, chaining: !chainingRefused, dialect });
    return chain;
  }

  /**
   * Puts the server to the test that a window asks for; whether the connection goes on. Nothing of the mail is said by
   * then: if it does not, the mail goes another way.
   */
  async #prove(pending: PendingMail, { envelope }: MailTransaction): Promise<boolean> {
    const { cancellation } = pending.submission;
    const session = this.#session;
    const { connection } = session;
    cancellation.during((reason) => connection.abort(reason));
    session.mails++;
    try {
      const reset = await connection.play(discards(envelope.from, connection.stale));
      const { options, throttle } = this.#lanes;
      // For the server that was a mail.
      session.used = true;
      if (reset === undefined) session.unproved = true;
      else session.window = new Window(() => throttle.share(options.pool.maxInFlight), reset);
      return true;
    } catch (error) {
      if (!(error instanceof Failure) || cancellation.requested) throw error;
      // A used connection may have been dead.
      if (!session.used || error.kind === "protocol") this.#lanes.windowRefused = true;
      else pending.failedBesideOthers(error);
      connection.abort(() => done);
      this.#giveBack(pending);
      return false;
    }
  }

  /** The next that waits and that this server can take; nothing if it must be made ready first. */
  #next(chain: AnyChain): ChainedMail | undefined {
    while (!isSpent(this.#session, this.#lanes.options)) {
      if (this.#ahead !== undefined) return undefined;
      const pending = this.#lanes.take(this.#session);
      if (pending === undefined) return undefined;
      try {
        this.#mayLeave(pending);
        const prepared = this.#prepare(pending);
        if (!(prepared instanceof Promise)) return this.#chained(chain, pending, prepared);
        // Whoever awaits it gets the error; until then nobody does.
        prepared.catch(() => {});
        pending.prepared = { session: this.#session, mail: prepared };
        this.#ahead = pending;
      } catch (error) {
        this.#fail(pending, failureOf(error, "mail"));
      }
    }
    return undefined;
  }

  /** Cancelled while it is made ready, it ends at once, and nothing of it is sent. */
  #mayLeave(pending: PendingMail): void {
    pending.submission.cancellation.during((reason) => {
      if (this.#ahead !== pending) return;
      this.#ahead = undefined;
      this.#fail(pending, reason("queue"));
    });
  }

  #prepare(pending: PendingMail): MailTransaction | Promise<MailTransaction> {
    const { options } = this.#lanes;
    const session = this.#session;
    const { connection, capabilities } = session;
    const { mail, cancellation } = pending.submission;
    const allowed = { smtpUtf8: options.smtpUtf8, binary: mayBinary(options, session) };
    const { LIMITS } = capabilities.extensions;
    if (pending.batches === undefined && LIMITS !== undefined && isTooMuch(mail.envelope, LIMITS)) {
      if (mail.partial === false) throw tooManyAtOnce(mail.envelope.to.length);
      pending.batches = new RecipientBatches(mail.envelope, LIMITS);
    }
    const part = pending.batches === undefined ? mail : { ...mail, envelope: pending.batches.next(LIMITS) };
    return prepare(part, capabilities, connection.tls, allowed, cancellation);
  }

  #chained(chain: AnyChain, pending: PendingMail, mail: MailTransaction): ChainedMail {
    const { submission } = pending;
    const session = this.#session;
    const { used } = session;
    session.used = true;
    session.mails++;
    submission.begins();
    const chained: GivenMail = {
      ...mail,
      used,
      contentBegun: false,
      contentStarts: () => {
        chained.contentBegun = true;
        submission.contentStarts?.();
      },
      settle: (outcome) => {
        this.#given.delete(chained);
        this.#settle(pending, outcome, used);
      },
    };
    this.#given.add(chained);
    submission.cancellation.during((reason) => {
      if (!chain.callOff(chained, reason)) session.connection.abort(reason);
    });
    return chained;
  }

  #settle(pending: PendingMail, outcome: TransactionOutcome, used: boolean): void {
    const { connection } = this.#session;
    const { mail, cancellation } = pending.submission;
    const failure = outcome.failure?.on(connection);
    const told = failure === undefined ? outcome : { ...outcome, failure };
    const left = used && !cancellation.requested ? leftToSendAgain(told, mail.partial !== false) : "nothing";
    if (failure !== undefined && left !== "nothing") {
      if (wantsLogin(failure)) this.#session.expired = true;
      pending.sendAgain(told, failure, left);
      this.#lanes.putBack(pending);
    } else if (pending.settle(told, connection.tls)) {
      this.#lanes.putBack(pending);
    }
  }

  /** Ends what has not been sent of a mail, before anything of that was handed over. */
  #fail(pending: PendingMail, failure: Failure): void {
    const { connection } = this.#session;
    pending.fail(failure.on(connection), connection.tls);
  }
}

function tooManyAtOnce(count: number): Failure {
  const message = `the mail is for ${count} recipients, all or none, and the server takes fewer at a time`;
  return new Failure({ kind: "unsupported", phase: "mail", message, permanent: true });
}

const done = new Failure({ kind: "closed", phase: "quit", message: "the connection has been closed" });
