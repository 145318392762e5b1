import type { Timer } from "../../../net/clock.ts";
import type { Failure } from "../../../protocol/failure.ts";
import { isVerdict } from "../lasting-failures.ts";
import { secretOf } from "../login/log-in.ts";
import type { LoginTurns } from "../login/login-turns.ts";
import { openSession, type Session } from "../session/session.ts";
import { Opening } from "../session/session-opening.ts";
import type { SmtpOptions } from "../smtp-options.ts";
import type { CancellationReason } from "../submission/cancellation.ts";
import { closed } from "../submission/cancellation-reasons.ts";
import { failureOf } from "../to-failure.ts";
import { ConnectionCap } from "./connection-cap.ts";
import type { PendingMail } from "./pending-mail.ts";
import type { SendQueue } from "./send-queue.ts";

/** What an opener must know about the transport. */
export interface Surroundings {
  /** How many other connections are open, or being opened. */
  others(): number;
  /** Ends a waiting mail. */
  fail(pending: PendingMail, failure: Failure): void;
}

/**
 * Opens sessions, and decides what a failed opening means for the mails that wait.
 *
 * While another session is open, or being opened, it means nothing for them: it shows how many the server accepts.
 * Otherwise it is either a verdict on the transport, and all waiting mails fail with it; or it is temporary, and only
 * the mail fails that the session was for.
 */
export class Opener {
  /** How many connections there may be, from the results of earlier attempts. */
  readonly bounds: ConnectionCap;
  readonly #options: SmtpOptions;
  readonly #turns: LoginTurns;
  readonly #queue: SendQueue;
  readonly #surroundings: Surroundings;
  readonly #openings: Set<Opening> = new Set();
  /** Set while no mail is left. */
  #giveUp: Timer | undefined;
  /** Whether a session was open since an opening failed while there was none. */
  #stood = false;

  constructor(options: SmtpOptions, turns: LoginTurns, queue: SendQueue, surroundings: Surroundings) {
    this.bounds = new ConnectionCap(options.clock);
    this.#options = options;
    this.#turns = turns;
    this.#queue = queue;
    this.#surroundings = surroundings;
  }

  /** Whether a session is being opened. */
  get busy(): boolean {
    return this.#openings.size > 0;
  }

  /** Opens a session; returns `undefined` if that fails. */
  async open(): Promise<Session | undefined> {
    const opening = new Opening();
    const { first, latest } = this.#queue;
    this.#openings.add(opening);
    try {
      await this.#heedVerdict(opening);
      const session = await this.#opened(opening);
      this.#over(opening);
      this.#stood = true;
      this.#turns.verdicts.lift();
      this.bounds.stood(this.#surroundings.others() + 1);
      return session;
    } catch (error) {
      this.#over(opening);
      // Nothing waits for it.
      if (!opening.cancellation.requested) this.#failed(opening, failureOf(error, "connect"), first, latest);
      return undefined;
    }
  }

  /**
   * Cancels whatever is being opened, because nothing waits for it any more.
   *
   * @returns the failure for the phase of the first of them, if anything is being opened.
   */
  cancelAll(reason: CancellationReason): Failure | undefined {
    const told: Failure[] = [];
    for (const [i, { cancellation }] of [...this.#openings].entries())
      cancellation.cancel((phase) => {
        const failure = reason(phase);
        told[i] = failure;
        return failure;
      });
    return told.find((failure) => failure !== undefined);
  }

  /**
   * Records that no mail is left. An opening may finish for the next mail, but must not keep the process alive, so it
   * is given up after a while.
   */
  unneeded(): void {
    if (!this.busy || this.#giveUp !== undefined) return;
    const giveUp = () => {
      this.#giveUp = undefined;
      this.cancelAll(closed);
    };
    this.#giveUp = this.#options.clock.timer(SURPLUS, giveUp);
  }

  /** Records that a mail waits. */
  needed(): void {
    this.#giveUp?.cancel();
    this.#giveUp = undefined;
  }

  /** Records that no mail will wait any more. */
  close(): void {
    this.needed();
    this.bounds.close();
    for (const opening of this.#openings) opening.abandon(this.#options.clock, closed);
  }

  /**
   * A server may still count a connection that has just ended, and reply that there are too many. So the first refusal
   * after the last session has ended is not final: the server is asked again.
   */
  async #opened(opening: Opening): Promise<Session> {
    const { clock } = this.#options;
    try {
      return await openSession(this.#options, opening, this.#turns);
    } catch (error) {
      if (!this.#mayBeCounted(failureOf(error, "connect"))) throw error;
    }
    this.#stood = false;
    const past = () => new Promise<void>((resolve) => clock.timer(COUNTED, resolve, true));
    await opening.cancellation.aborting("connect", past);
    return await openSession(this.#options, opening, this.#turns);
  }

  #mayBeCounted({ kind, phase }: Failure): boolean {
    if (!this.#stood || this.#surroundings.others() > 0 || phase !== "greeting") return false;
    return kind === "rejected" || kind === "connection";
  }

  #over(opening: Opening): void {
    opening.over();
    this.#openings.delete(opening);
  }

  /** @throws the known Failure, as long as a verdict is in force. */
  async #heedVerdict(opening: Opening): Promise<void> {
    const { credentials } = this.#options;
    const verdict = this.#turns.verdicts.current;
    if (verdict === undefined) return;
    if (verdict.secrets.size > 0 && credentials !== undefined) {
      const secret = await secretOf(credentials, undefined, opening.cancellation);
      if (!verdict.secrets.has(secret)) return;
    }
    throw verdict.failure;
  }

  #failed(opening: Opening, failure: Failure, first: PendingMail | undefined, latest: number): void {
    const others = this.#surroundings.others();
    if (others > 0) {
      this.bounds.failed(failure, others);
      return;
    }
    this.#stood = false;
    if (isVerdict(failure)) {
      this.bounds.denied(failure);
      this.#turns.verdicts.pronounce(failure, opening.secrets);
      for (const pending of this.#queue.upTo(latest)) this.#surroundings.fail(pending, failure);
    } else {
      this.bounds.failed(failure, 0);
      // Its mail may have been cancelled: then it was for the mails that waited with it.
      const waiting = this.#queue.upTo(latest);
      const pending = waiting.find((pending) => pending === first) ?? waiting[0];
      if (pending !== undefined) this.#surroundings.fail(pending, failure);
    }
  }
}

/** Milliseconds that an opening may still take if no mail needs it. */
const SURPLUS = 1000;

/** Milliseconds after which a server should no longer count a connection that has ended. */
const COUNTED = 100;
