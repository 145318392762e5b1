import { closesConnection } from "../closing-reply.ts";
import { type Dialogue, heard, toRead } from "../dialogue.ts";
import { Failure } from "../failure.ts";
import type { Phase } from "../phase.ts";
import type { Reply } from "../reply.ts";
import { completion } from "./completion.ts";
import { connectionGone } from "./connection-given-up.ts";
import { isNegative } from "./ledger.ts";
import type { ChainEnd, ConnectionState, MailChain } from "./mail-chain.ts";
import { behind, type ChainedMail, untouched } from "./mail-in-flight.ts";
import { transaction } from "./transaction.ts";
import type { Unanswered, Window } from "./window.ts";
import { WindowedMail } from "./windowed-mail.ts";

/**
 * Sends each mail whole, and further mails before the first is answered, as many as the window holds. This is only safe
 * with servers that discard the chunks that they refuse.
 *
 * The reply to its content decides the outcome of a mail. Replies are read to the end, even after a 421: some servers
 * continue to answer.
 */
export class WindowedChain implements MailChain {
  readonly #next: () => ChainedMail | undefined;
  readonly #window: Window;
  /** Sent and not answered, in order. */
  readonly #unanswered: WindowedMail[] = [];
  #octets = 0;
  /** Answered, if the reply to the next RSET confirms that the replies are in step. */
  #answered: WindowedMail | undefined;
  /** How many replies are still to come. */
  #owed = 0;
  /** Taken and not sent: it must be sent alone, or the window has no room yet. */
  #ahead: WindowedMail | undefined;
  #lastReply: Reply | undefined;
  /** Why nothing more can be sent. Replies to earlier commands may still arrive. */
  #mute: Failure | undefined;
  /** Why the connection cannot be used any more. */
  #lost: Failure | undefined;

  /** @param next returns the next mail, if one waits */
  constructor(next: () => ChainedMail | undefined, window: Window) {
    this.#next = next;
    this.#window = window;
  }

  /**
   * See {@link MailChain.handOver}. On a stale connection the envelope of the first mail is sent alone, because the
   * connection may be dead.
   */
  *handOver(first: ChainedMail, { stale }: ConnectionState): Dialogue<ChainEnd> {
    this.#ahead = new WindowedMail(first, stale);
    let unclean = false;
    while (this.#lost === undefined) {
      yield* this.#say();
      const current = this.#unanswered[0];
      if (current !== undefined) unclean = yield* this.#hear(current);
      else if (this.#ahead !== undefined) unclean = yield* this.#handOverAlone(this.#ahead);
      else if (this.#lost === undefined) return { reusable: true, unclean, chainingRefused: false };
    }
    this.#settleAll(this.#lost);
    return { reusable: false, unclean, chainingRefused: false };
  }

  callOff(mail: ChainedMail, reason: (phase: Phase) => Failure): boolean {
    const ahead = this.#ahead;
    if (ahead?.inFlight.mail === mail) {
      this.#ahead = undefined;
      ahead.inFlight.settle(untouched(mail, reason("queue")));
      return true;
    }
    if (this.#answered?.inFlight.mail === mail) {
      this.#confirm();
      return true;
    }
    const called = this.#unanswered.find(({ inFlight }) => inFlight.mail === mail);
    const others = this.#unanswered.some((other) => other !== called && !other.inFlight.settled);
    if (called === undefined || !others) return false;
    called.inFlight.giveUp(reason("final"));
    return true;
  }

  /** Sends what the window has room for, in one write. */
  *#say(): Dialogue<void> {
    const owed = this.#owed;
    const said: WindowedMail[] = [];
    for (let each = this.#fitting(); each !== undefined; each = this.#fitting()) {
      said.push(each);
      this.#unanswered.push(each);
      this.#octets += each.octets;
      this.#owed += each.replies;
      each.inFlight.mail.contentStarts?.();
    }
    if (said.length === 0) return;
    try {
      const commands = said.map((each) => each.commands).join("");
      const pieces = said.flatMap(({ commands, content }) => [commands, ...content]);
      yield { write: pieces, phase: "content", commands, owed };
      for (const { inFlight } of said) inFlight.ledger.handedOver = true;
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.#mute = failure;
      this.#unanswered.splice(-said.length);
      for (const { inFlight } of said) inFlight.settle(untouched(inFlight.mail, failure));
      if (this.#unanswered.length === 0) this.#lost = failure;
    }
  }

  /** The next mail, if the window has room for it. */
  #fitting(): WindowedMail | undefined {
    if (this.#mute !== undefined || !this.#window.isOpen(this.#room)) return undefined;
    if (this.#ahead === undefined) {
      const mail = this.#next();
      if (mail === undefined) return undefined;
      this.#ahead = new WindowedMail(mail);
    }
    const each = this.#ahead;
    if (each.alone || !this.#window.admits(each.octets, this.#room)) return undefined;
    this.#ahead = undefined;
    return each;
  }

  get #room(): Unanswered {
    return { mails: this.#unanswered.length, octets: this.#octets };
  }

  /** Reads the replies to a mail and settles it. Returns whether something was refused. */
  *#hear(current: WindowedMail): Dialogue<boolean> {
    const { inFlight } = current;
    try {
      yield* this.#replies(current);
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.#lost = failure;
      return true;
    }
    this.#unanswered.shift();
    this.#octets -= current.octets;
    this.#answered = current;
    const outcome = inFlight.ledger.close();
    if (this.#unanswered.length === 0 || !outcome.reusable) this.#confirm();
    const clean = outcome.failure === undefined;
    if (clean) this.#window.passed();
    if (this.#unanswered.length === 0) this.#window.answered();
    if (!outcome.reusable) this.#mute ??= behind(outcome.failure) ?? gone;
    if (outcome.failure?.kind === "protocol") this.#lost = outcome.failure;
    else if (this.#unanswered.length === 0) this.#lost = this.#mute;
    return !clean;
  }

  *#replies({ inFlight: { ledger, mail } }: WindowedMail): Dialogue<void> {
    this.#inStep(this.#took(yield toRead("reset")));
    ledger.mailReply = completion(this.#took(yield toRead("mail")), "mail");
    for (let i = 0; i < mail.envelope.to.length; i++)
      ledger.rcptReplies.push(completion(this.#took(yield toRead("rcpt")), "rcpt"));
    ledger.finalReplies.push(completion(this.#took(yield toRead("final")), "final"));
  }

  /** Settles the mail before, unless the replies turn out to be out of step. */
  #inStep(reset: Reply): void {
    if (closesConnection(reset) || this.#window.resets.canBe(reset)) {
      this.#confirm();
      return;
    }
    const message = `protocol error: the replies of the server are out of step, or it refuses RSET: ${reset}`;
    const unsure = { transient: false, permanent: false };
    const failure = new Failure({ kind: "protocol", phase: "reset", message, reply: reset, ...unsure });
    this.#answered?.inFlight.ledger.doubt(failure);
    throw failure;
  }

  #confirm(): void {
    const inFlight = this.#answered?.inFlight;
    this.#answered = undefined;
    inFlight?.settle(inFlight.ledger.close());
  }

  /** Notes what a step of `toRead` was resumed with. */
  #took(resumed: Reply | undefined): Reply {
    const reply = heard(resumed);
    this.#owed--;
    this.#lastReply = reply;
    if (closesConnection(reply)) this.#mute = connectionGone("mail", reply);
    if (isNegative(reply)) this.#window.refused();
    return reply;
  }

  /** Sends a mail that shares the window with no other as a lone mail. */
  *#handOverAlone({ inFlight }: WindowedMail): Dialogue<boolean> {
    this.#ahead = undefined;
    const outcome = yield* transaction(inFlight.mail, { pipelining: true, reset: true }, inFlight.ledger);
    inFlight.settle(outcome);
    if (!outcome.reusable) this.#lost = outcome.failure ?? gone;
    return outcome.failure !== undefined;
  }

  /**
   * Settles all mails if nothing more arrives. What was sent is unknown, unless the last reply was a 421: a server that
   * closes has not accepted what it does not answer.
   */
  #settleAll(failure: Failure): void {
    this.#confirm();
    const farewell =
      this.#lastReply !== undefined && closesConnection(this.#lastReply) ? this.#lastReply : undefined;
    const unheard = farewell !== undefined;
    const told = unheard ? connectionGone("mail", farewell) : failure;
    for (const { inFlight } of this.#unanswered) {
      inFlight.ledger.interrupted = told;
      inFlight.ledger.unheard = unheard;
      inFlight.settle(inFlight.ledger.close());
    }
    const ahead = this.#ahead?.inFlight;
    ahead?.settle(untouched(ahead.mail, told));
  }
}

const gone = new Failure({
  kind: "connection",
  phase: "reset",
  message: "the server had closed the connection",
});
