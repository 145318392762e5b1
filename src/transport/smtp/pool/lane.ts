import { EnvoiError, reasonOf } from "../../../errors.ts";
import { Chain } from "../../../protocol/dialogues/chain.ts";
import { discards } from "../../../protocol/dialogues/discarding.ts";
import type { TransactionOutcome } from "../../../protocol/dialogues/ledger.ts";
import type { ChainedMail } from "../../../protocol/dialogues/link.ts";
import type { MailTransaction } from "../../../protocol/dialogues/transaction.ts";
import { Window } from "../../../protocol/dialogues/window.ts";
import { WindowedChain } from "../../../protocol/dialogues/windowed-chain.ts";
import { Failure } from "../../../protocol/failure.ts";
import type { SmtpOptions } from "../options.ts";
import { mayBinary, mayWindow } from "../session/chunking.ts";
import { prepare } from "../session/prepare.ts";
import { isSpent, mailsLeft, openSession, type Session } from "../session/session.ts";
import type { Submission } from "../submission.ts";
import { Division, isTooMuch } from "./division.ts";
import type { Throttle } from "./throttle.ts";
import type { Turn } from "./turn.ts";

/** Where a connection lives; empty until somebody connects. */
export interface Slot {
  session: Session | undefined;
}

/** What all lanes of a transport have in common. */
export interface Lanes {
  readonly options: SmtpOptions;
  /** The server was seen to refuse an envelope behind content: nobody sends it one again. */
  chainingRefused: boolean;
  /** The server was seen not to discard what it refuses: row 3 is not for it. */
  windowRefused: boolean;
  /** Says how much may be under way on a connection, of what usually may. */
  readonly throttle: Throttle;
  /** Whether one waits that may go. */
  waiting(): boolean;
  /** The next that may go, if any waits and may. */
  take(): Submission | undefined;
  /** Whether one that was taken may begin, once more perhaps, now; then it is to. */
  again(submission: Submission): boolean;
  /** Waits until that may have changed. */
  change(): Promise<void>;
  /** Says goodbye on a connection that is done with. */
  leave(session: Session): Promise<void>;
}

/** A mail that was given to a row. */
interface GivenMail extends ChainedMail {
  /** The first octet of its content is about to go out, or has. */
  contentBegun: boolean;
}

/** How mails go over a connection: row 3, or what is below it. */
type Row = Chain | WindowedChain;

/**
 * Sends over one slot whatever waits, until nothing does.
 *
 * A mail of which nothing was handed over, on a connection that had been used before, is sent once more on a fresh
 * one: the server had let go of the old one. A failure on a fresh connection is told at once.
 */
export class Lane {
  readonly #slot: Slot;
  readonly #lanes: Lanes;
  /** Turns that come before whatever waits. */
  readonly #turns: Turn[] = [];
  /** Mails that were given to a row and have no outcome. */
  readonly #given: Set<GivenMail> = new Set();

  constructor(slot: Slot, lanes: Lanes) {
    this.#slot = slot;
    this.#lanes = lanes;
  }

  async run(): Promise<void> {
    for (;;) {
      const turn = this.#turn();
      if (turn === undefined) {
        if (this.#turns.length === 0) return;
        await this.#lanes.change();
        continue;
      }
      try {
        await this.#send(turn);
      } catch (error) {
        this.#fail(turn, failureOf(error));
      }
    }
  }

  #turn(): Turn | undefined {
    if (this.#turns.length > 0) {
      const at = this.#turns.findIndex(({ submission }) => this.#lanes.again(submission));
      return at === -1 ? undefined : this.#turns.splice(at, 1)[0];
    }
    const submission = this.#lanes.take();
    return submission && { submission };
  }

  /** A turn comes again, before whatever waits; called off by then, nothing more of it is sent. */
  #again(turn: Turn): void {
    this.#turns.push(turn);
    this.#mayLeave(turn);
  }

  /** Called off while it waits among the turns to come, it leaves them at once. */
  #mayLeave({ submission }: Turn): void {
    submission.cancellation.during((reason) => {
      const at = this.#turns.findIndex((turn) => turn.submission === submission);
      const [turn] = at === -1 ? [] : this.#turns.splice(at, 1);
      if (turn !== undefined) this.#fail(turn, reason("queue"));
    });
  }

  /** Sends one mail, and behind it on the same connection what waits. */
  async #send(turn: Turn): Promise<void> {
    const { options } = this.#lanes;
    const slot = this.#slot;
    if (slot.session?.connection.broken) slot.session = undefined;
    if (this.#spent) await this.#retire();
    const used = slot.session !== undefined;
    slot.session ??= await openSession(options, turn.submission.cancellation);
    const { session } = slot;
    const { connection } = session;
    const prepared = this.#preparedFor(turn, session);
    const mail = prepared instanceof Promise ? await prepared : prepared;
    if (
      this.#mayWindow(session) &&
      session.window === undefined &&
      this.#lanes.waiting() &&
      mailsLeft(session, options) > 2
    ) {
      if (!(await this.#prove(turn, mail, session, used))) return;
    }
    const { stale } = connection;
    const row = this.#row(session);
    const first = this.#chained(row, session, turn, mail, used);
    const end = await this.#playing(
      connection.play(row.handOver(first, row instanceof Chain ? stale || session.reset : stale)),
    );
    session.reset = end.reset;
    if (row instanceof Chain && row.refused) this.#lanes.chainingRefused = true;
    if (!end.reusable) {
      slot.session = undefined;
      connection.abort(() => done);
    }
    if (this.#spent) await this.#retire();
  }

  /**
   * Waits for the end of a dialogue. One that breaks off, as none should, leaves no mail without an outcome: whose content
   * had begun to go out may have arrived.
   */
  async #playing<T>(dialogue: Promise<T>): Promise<T> {
    try {
      return await dialogue;
    } catch (error) {
      const failure = failureOf(error);
      for (const { envelope, settle, contentBegun } of [...this.#given]) {
        const outcome = contentBegun ? "unknown" : "not-sent";
        const recipients = envelope.to.map((recipient) => ({ recipient, outcome }) as const);
        settle({ recipients, failure, reusable: false });
      }
      throw error;
    }
  }

  get #spent(): boolean {
    const { session } = this.#slot;
    return session !== undefined && isSpent(session, this.#lanes.options);
  }

  /** Leaves a connection that is spent. The next is opened when this one is gone, so that there is never one too many. */
  async #retire(): Promise<void> {
    const { session } = this.#slot;
    this.#slot.session = undefined;
    if (session !== undefined) await this.#lanes.leave(session);
  }

  #mayWindow(session: Session): boolean {
    return !this.#lanes.windowRefused && !session.unproved && mayWindow(this.#lanes.options, session);
  }

  #row(session: Session): Row {
    const { options, chainingRefused } = this.#lanes;
    if (session.window !== undefined) {
      const row: Row = new WindowedChain(() => this.#next(row, session), session.window);
      return row;
    }
    const { dialect } = options;
    const pipelining = options.pipelining !== "off" && session.peer.extensions.PIPELINING === true;
    // Where more comes, the server is put to the test before.
    const next = () => (this.#mayWindow(session) ? undefined : this.#next(row, session));
    const row: Row = new Chain(next, { pipelining, chaining: !chainingRefused, dialect });
    return row;
  }

  /**
   * Puts the server to the test that row 3 asks for; whether the connection goes on. Nothing of the mail is said by
   * then: where it does not, the mail goes another way.
   */
  async #prove(turn: Turn, { envelope }: MailTransaction, session: Session, used: boolean): Promise<boolean> {
    const { cancellation } = turn.submission;
    const { connection } = session;
    cancellation.during((reason) => connection.abort(reason));
    session.mails++;
    try {
      const reset = await connection.play(discards(envelope.from, connection.stale));
      const { options, throttle } = this.#lanes;
      if (reset === undefined) session.unproved = true;
      else session.window = new Window(() => throttle.share(options.pool.maxInFlight), reset);
      return true;
    } catch (error) {
      if (!(error instanceof Failure) || cancellation.requested) throw error;
      // A used connection may have been dead.
      if (!used || error.kind === "protocol") this.#lanes.windowRefused = true;
      this.#slot.session = undefined;
      connection.abort(() => done);
      turn.division?.putBack();
      this.#again({ ...turn, prepared: undefined });
      return false;
    }
  }

  /** The next that waits and that this server can take; nothing where it has to be made ready first. */
  #next(row: Row, session: Session): ChainedMail | undefined {
    while (!isSpent(session, this.#lanes.options)) {
      if (this.#turns.some(({ retryOf, prepared }) => retryOf !== undefined || prepared !== undefined))
        return undefined;
      const turn = this.#turn();
      if (turn === undefined) return undefined;
      try {
        this.#mayLeave(turn);
        const prepared = this.#prepare(turn, session);
        if (!(prepared instanceof Promise)) return this.#chained(row, session, turn, prepared, true);
        // Whoever awaits it is told; until then nobody is.
        prepared.catch(() => {});
        this.#turns.unshift({ ...turn, prepared: { session, mail: prepared } });
      } catch (error) {
        this.#fail(turn, failureOf(error));
      }
    }
    return undefined;
  }

  /** What was made ready for another connection may not be fit for this one. */
  #preparedFor(turn: Turn, session: Session): MailTransaction | Promise<MailTransaction> {
    const { prepared } = turn;
    if (prepared?.session === session) return prepared.mail;
    if (prepared !== undefined) turn.division?.putBack();
    return this.#prepare(turn, session);
  }

  #prepare(turn: Turn, session: Session): MailTransaction | Promise<MailTransaction> {
    const { options } = this.#lanes;
    const { connection, peer } = session;
    const { mail, cancellation } = turn.submission;
    const allowed = { smtpUtf8: options.smtpUtf8, binary: mayBinary(options, session) };
    const { LIMITS } = peer.extensions;
    if (turn.division === undefined && LIMITS !== undefined && isTooMuch(mail.envelope, LIMITS)) {
      if (mail.partial === false) throw tooManyAtOnce(mail.envelope.to.length);
      turn.division = new Division(mail.envelope, LIMITS);
    }
    const part = turn.division === undefined ? mail : { ...mail, envelope: turn.division.next(LIMITS) };
    return prepare(part, peer, connection.tls, allowed, cancellation);
  }

  /** With the last that was said where it happened; where nothing is connected, nothing was. */
  #witnessed(failure: Failure): Failure {
    const connection = this.#slot.session?.connection;
    return connection === undefined ? failure : failure.on(connection);
  }

  #chained(row: Row, session: Session, turn: Turn, mail: MailTransaction, used: boolean): ChainedMail {
    const { submission } = turn;
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
        this.#settle(turn, outcome, session, used);
      },
    };
    this.#given.add(chained);
    submission.cancellation.during((reason) => {
      if (!row.callOff(chained, reason)) session.connection.abort(reason);
    });
    return chained;
  }

  #settle(turn: Turn, outcome: TransactionOutcome, session: Session, used: boolean): void {
    const { submission, retryOf } = turn;
    const { recipients, surplus } = outcome;
    const failure = outcome.failure?.on(session.connection);
    const loggedOut = used && wantsLogin(failure);
    if (loggedOut) session.expired = true;
    const untouched = recipients.every((recipient) => recipient.outcome === "not-sent");
    const again = used && retryOf === undefined && !submission.cancellation.requested;
    if (failure !== undefined && again && (loggedOut || (untouched && isAge(failure)))) {
      turn.division?.putBack();
      this.#again({ submission, division: turn.division, retryOf: failure });
      return;
    }
    const told = { ...outcome, failure: failure && toTell(failure, retryOf) };
    if (turn.division === undefined && surplus === undefined) {
      submission.settle(told, session.connection.tls);
    } else {
      const division = turn.division ?? new Division(submission.mail.envelope);
      division.settle(told);
      if (division.goesOn) this.#again({ submission, division });
      else submission.settle(division.close(), session.connection.tls);
    }
  }

  /** Ends what has not been sent of a mail, before anything of that was handed over. */
  #fail({ submission, division, retryOf }: Turn, failure: Failure): void {
    const told = this.#witnessed(toTell(failure, retryOf));
    if (division === undefined) submission.notSent(told);
    else submission.settle(division.close(told), this.#slot.session?.connection.tls);
  }
}

/** What a server says to MAIL that has forgotten, or no longer accepts, who we are (RFC 4954 6). */
function wantsLogin(failure: Failure | undefined): boolean {
  return failure?.phase === "mail" && failure.reply?.code === 530;
}

function tooManyAtOnce(count: number): Failure {
  const message = `the mail is for ${count} recipients, all or none, and the server takes fewer at a time`;
  return new Failure({ kind: "unsupported", phase: "mail", message, permanent: true });
}

const done = new Failure({ kind: "closed", phase: "quit", message: "the connection has been closed" });

/** Whether a failure may be the connection's age, or was another mail's: that was called off, and the connection with it. */
function isAge({ kind }: Failure): boolean {
  return ["connection", "timeout", "protocol", "aborted", "closed"].includes(kind);
}

/** Content that cannot be read a second time is no news: what is to be told is why it had to be. */
function toTell(failure: Failure, retryOf: Failure | undefined): Failure {
  return retryOf !== undefined && failure.kind === "content" ? retryOf : failure;
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const message = reasonOf(error);
  const { kind, permanent } = EnvoiError.is(error) ? error : { kind: "content" as const, permanent: false };
  return new Failure({ kind, phase: "mail", message, cause: error, permanent });
}
