import { EnvoiError } from "../../errors.ts";
import { Chain } from "../../protocol/dialogues/chain.ts";
import type { TransactionOutcome } from "../../protocol/dialogues/ledger.ts";
import type { ChainedMail } from "../../protocol/dialogues/link.ts";
import type { MailTransaction } from "../../protocol/dialogues/transaction.ts";
import { Failure } from "../../protocol/failure.ts";
import type { SmtpOptions } from "./options.ts";
import { prepare } from "./prepare.ts";
import { isSpent, openSession, type Session } from "./session.ts";
import type { Submission } from "./submission.ts";
import type { Throttle } from "./throttle.ts";

/** Where a connection lives; empty until somebody connects. */
export interface Slot {
  session: Session | undefined;
}

/** What all lanes of a transport have in common. */
export interface Lanes {
  readonly options: SmtpOptions;
  /** The server was seen to refuse an envelope behind content: nobody sends it one again. */
  chainingRefused: boolean;
  /** Says how much may be under way on a connection, of what usually may. */
  readonly throttle: Throttle;
  /** The next that may go, if any waits and may. */
  take(): Submission | undefined;
  /** Says goodbye on a connection that is done with. */
  leave(session: Session): Promise<void>;
}

/** A submission whose turn has come. */
interface Turn {
  readonly submission: Submission;
  /** Why it has to be tried a second time. */
  readonly retryOf?: Failure | undefined;
  /** It is being made ready already. */
  readonly prepared?: Promise<MailTransaction>;
}

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

  constructor(slot: Slot, lanes: Lanes) {
    this.#slot = slot;
    this.#lanes = lanes;
  }

  async run(): Promise<void> {
    for (let turn = this.#turn(); turn !== undefined; turn = this.#turn()) {
      try {
        await this.#send(turn);
      } catch (error) {
        turn.submission.notSent(this.#witnessed(toTell(failureOf(error), turn.retryOf)));
      }
    }
  }

  #turn(): Turn | undefined {
    const turn = this.#turns.shift();
    if (turn !== undefined) return turn;
    const submission = this.#lanes.take();
    return submission && { submission };
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
    const { connection, peer } = session;
    const prepared = turn.prepared ?? this.#prepare(turn.submission, session);
    const mail = prepared instanceof Promise ? await prepared : prepared;
    const pipelining = options.pipelining === "auto" && peer.extensions.PIPELINING === true;
    const chaining = !this.#lanes.chainingRefused;
    const chain: Chain = new Chain(() => this.#next(chain, session), {
      pipelining,
      chaining,
      dialect: options.dialect,
    });
    const reset = session.reset || options.clock.now() - session.idleSince > IDLE;
    const first = this.#chained(chain, session, turn, mail, used);
    const end = await connection.play(chain.handOver(first, reset));
    session.idleSince = options.clock.now();
    session.reset = end.reset;
    if (chain.refused) this.#lanes.chainingRefused = true;
    if (!end.reusable) {
      slot.session = undefined;
      connection.abort(() => done);
    }
    if (this.#spent) await this.#retire();
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

  /** The next that waits and that this server can take; nothing where it has to be made ready first. */
  #next(chain: Chain, session: Session): ChainedMail | undefined {
    while (this.#turns.length === 0 && !isSpent(session, this.#lanes.options)) {
      const submission = this.#lanes.take();
      if (submission === undefined) return undefined;
      try {
        const prepared = this.#prepare(submission, session);
        if (!(prepared instanceof Promise))
          return this.#chained(chain, session, { submission }, prepared, true);
        // Whoever awaits it is told; until then nobody is.
        prepared.catch(() => {});
        this.#turns.push({ submission, prepared });
      } catch (error) {
        submission.notSent(this.#witnessed(failureOf(error)));
      }
    }
    return undefined;
  }

  /** With the last that was said where it happened; where nothing is connected, nothing was. */
  #witnessed(failure: Failure): Failure {
    const connection = this.#slot.session?.connection;
    return connection === undefined ? failure : failure.on(connection);
  }

  #prepare(
    { mail, cancellation }: Submission,
    { connection, peer }: Session,
  ): MailTransaction | Promise<MailTransaction> {
    return prepare(mail, peer, connection.tls, this.#lanes.options.smtpUtf8, cancellation);
  }

  #chained(chain: Chain, session: Session, turn: Turn, mail: MailTransaction, used: boolean): ChainedMail {
    const { submission } = turn;
    session.mails++;
    submission.begins();
    const chained: ChainedMail = {
      ...mail,
      contentStarts: () => submission.contentStarts?.(),
      settle: (outcome) => this.#settle(turn, outcome, session, used),
    };
    submission.cancellation.during((reason) => {
      if (!chain.callOff(chained, reason)) session.connection.abort(reason);
    });
    return chained;
  }

  #settle({ submission, retryOf }: Turn, outcome: TransactionOutcome, session: Session, used: boolean): void {
    const { recipients } = outcome;
    const failure = outcome.failure?.on(session.connection);
    const untouched = recipients.every((recipient) => recipient.outcome === "not-sent");
    if (!untouched || failure === undefined) {
      submission.settle(failure === undefined ? outcome : { ...outcome, failure }, session.connection.tls);
    } else if (used && retryOf === undefined && isAge(failure) && !submission.cancellation.requested) {
      this.#turns.push({ submission, retryOf: failure });
    } else {
      submission.notSent(toTell(failure, retryOf));
    }
  }
}

/** After this many milliseconds without use a server may have let go, and RSET asks before anything else. */
const IDLE = 1000;

const done = new Failure({ kind: "closed", phase: "quit", message: "the connection has been closed" });

/** Whether a failure may be the connection's age. */
function isAge({ kind }: Failure): boolean {
  return kind === "connection" || kind === "timeout" || kind === "protocol";
}

/** Content that cannot be read a second time is no news: what is to be told is why it had to be. */
function toTell(failure: Failure, retryOf: Failure | undefined): Failure {
  return retryOf !== undefined && failure.kind === "content" ? retryOf : failure;
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const { kind, permanent } = EnvoiError.is(error) ? error : { kind: "content" as const, permanent: false };
  return new Failure({ kind, phase: "mail", message, cause: error, permanent });
}
