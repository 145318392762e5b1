import { Chain } from "../../../protocol/dialogues/chain.ts";
import { discards } from "../../../protocol/dialogues/discarding.ts";
import type { TransactionOutcome } from "../../../protocol/dialogues/ledger.ts";
import type { ChainedMail } from "../../../protocol/dialogues/link.ts";
import type { MailTransaction } from "../../../protocol/dialogues/mail-transaction.ts";
import { Window } from "../../../protocol/dialogues/window.ts";
import { WindowedChain } from "../../../protocol/dialogues/windowed-chain.ts";
import { Failure } from "../../../protocol/failure.ts";
import { failureOf } from "../failure-of.ts";
import type { SmtpOptions } from "../options.ts";
import { mayBinary, mayWindow } from "../session/chunking.ts";
import { prepare } from "../session/prepare.ts";
import { isSpent, mailsLeft, type Session } from "../session/session.ts";
import { Division, isTooMuch } from "./division.ts";
import { leftToSendAgain, wantsLogin } from "./resending.ts";
import type { Throttle } from "./throttle.ts";
import type { Turn } from "./turn.ts";

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
  /** The next that may go over this session, if any waits and may. */
  take(session: Session): Turn | undefined;
  /** Puts one that was taken back to where it stood in the queue: it is to be sent again, or more of it is. */
  putBack(turn: Turn): void;
}

/** A mail that was given to a row. */
interface GivenMail extends ChainedMail {
  /** The first octet of its content is about to go out, or has. */
  contentBegun: boolean;
}

/** How mails go over a connection: row 3, or what is below it. */
type Row = Chain | WindowedChain;

/** Sends over one session whatever waits, until nothing does or the session takes no more. */
export class Lane {
  readonly #session: Session;
  readonly #lanes: Lanes;
  /** Taken, and being made ready while those before it are sent. */
  #ahead: Turn | undefined;
  /** Mails that were given to a row and have no outcome. */
  readonly #given: Set<GivenMail> = new Set();

  constructor(session: Session, lanes: Lanes) {
    this.#session = session;
    this.#lanes = lanes;
  }

  async run(): Promise<void> {
    while (this.usable) {
      const turn = this.#turn();
      if (turn === undefined) return;
      try {
        await this.#send(turn);
      } catch (error) {
        // What was put back is somebody else's by now.
        if (turn.submission.state !== "waiting") this.#fail(turn, failureOf(error, "mail"));
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

  #turn(): Turn | undefined {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead ?? this.#lanes.take(this.#session);
  }

  /** Nothing was said of a turn that was taken. */
  #giveBack(turn: Turn): void {
    turn.unprepare();
    this.#lanes.putBack(turn);
  }

  /** Sends one mail, and behind it on the same connection what waits. */
  async #send(turn: Turn): Promise<void> {
    const { options } = this.#lanes;
    const session = this.#session;
    const { connection } = session;
    const prepared = turn.prepared?.mail ?? this.#prepare(turn);
    const mail = prepared instanceof Promise ? await prepared : prepared;
    turn.prepared = undefined;
    if (
      this.#mayWindow() &&
      session.window === undefined &&
      !turn.wantsOwn &&
      this.#lanes.waiting() &&
      mailsLeft(session, options) > 2
    ) {
      if (!(await this.#prove(turn, mail))) return;
    }
    const { stale } = connection;
    const row = this.#row();
    const first = this.#chained(row, turn, mail);
    const end = await this.#playing(
      connection.play(row.handOver(first, row instanceof Chain ? stale || session.reset : stale)),
    );
    session.reset = end.reset;
    if (row instanceof Chain && row.refused) this.#lanes.chainingRefused = true;
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

  #row(): Row {
    const { options, chainingRefused } = this.#lanes;
    const session = this.#session;
    if (session.window !== undefined) {
      const row: Row = new WindowedChain(() => this.#next(row), session.window);
      return row;
    }
    const { dialect } = options;
    const pipelining = options.pipelining !== "off" && session.peer.extensions.PIPELINING === true;
    // If more comes, the server is put to the test before.
    const next = () => (this.#mayWindow() ? undefined : this.#next(row));
    const row: Row = new Chain(next, { pipelining, chaining: !chainingRefused, dialect });
    return row;
  }

  /**
   * Puts the server to the test that row 3 asks for; whether the connection goes on. Nothing of the mail is said by
   * then: if it does not, the mail goes another way.
   */
  async #prove(turn: Turn, { envelope }: MailTransaction): Promise<boolean> {
    const { cancellation } = turn.submission;
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
      else turn.failedBesideOthers(error);
      connection.abort(() => done);
      this.#giveBack(turn);
      return false;
    }
  }

  /** The next that waits and that this server can take; nothing if it must be made ready first. */
  #next(row: Row): ChainedMail | undefined {
    while (!isSpent(this.#session, this.#lanes.options)) {
      if (this.#ahead !== undefined) return undefined;
      const turn = this.#lanes.take(this.#session);
      if (turn === undefined) return undefined;
      try {
        this.#mayLeave(turn);
        const prepared = this.#prepare(turn);
        if (!(prepared instanceof Promise)) return this.#chained(row, turn, prepared);
        // Whoever awaits it gets the error; until then nobody does.
        prepared.catch(() => {});
        turn.prepared = { session: this.#session, mail: prepared };
        this.#ahead = turn;
      } catch (error) {
        this.#fail(turn, failureOf(error, "mail"));
      }
    }
    return undefined;
  }

  /** Cancelled while it is made ready, it ends at once, and nothing of it is sent. */
  #mayLeave(turn: Turn): void {
    turn.submission.cancellation.during((reason) => {
      if (this.#ahead !== turn) return;
      this.#ahead = undefined;
      this.#fail(turn, reason("queue"));
    });
  }

  #prepare(turn: Turn): MailTransaction | Promise<MailTransaction> {
    const { options } = this.#lanes;
    const session = this.#session;
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

  #chained(row: Row, turn: Turn, mail: MailTransaction): ChainedMail {
    const { submission } = turn;
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
        this.#settle(turn, outcome, used);
      },
    };
    this.#given.add(chained);
    submission.cancellation.during((reason) => {
      if (!row.callOff(chained, reason)) session.connection.abort(reason);
    });
    return chained;
  }

  #settle(turn: Turn, outcome: TransactionOutcome, used: boolean): void {
    const { connection } = this.#session;
    const { mail, cancellation } = turn.submission;
    const failure = outcome.failure?.on(connection);
    const told = failure === undefined ? outcome : { ...outcome, failure };
    const left = used && !cancellation.requested ? leftToSendAgain(told, mail.partial !== false) : "nothing";
    if (failure !== undefined && left !== "nothing") {
      if (wantsLogin(failure)) this.#session.expired = true;
      turn.sendAgain(told, failure, left);
      this.#lanes.putBack(turn);
    } else if (turn.settle(told, connection.tls)) {
      this.#lanes.putBack(turn);
    }
  }

  /** Ends what has not been sent of a mail, before anything of that was handed over. */
  #fail(turn: Turn, failure: Failure): void {
    const { connection } = this.#session;
    turn.fail(failure.on(connection), connection.tls);
  }
}

function tooManyAtOnce(count: number): Failure {
  const message = `the mail is for ${count} recipients, all or none, and the server takes fewer at a time`;
  return new Failure({ kind: "unsupported", phase: "mail", message, permanent: true });
}

const done = new Failure({ kind: "closed", phase: "quit", message: "the connection has been closed" });
