import type { Address } from "../../address/address.ts";
import type { ErrorKind } from "../../errors.ts";
import { closesConnection } from "../closing-reply.ts";
import type { Dialect } from "../dialect.ts";
import { Failure } from "../failure.ts";
import type { Phase } from "../phase.ts";
import type { Reply } from "../reply.ts";
import type { RecipientOutcome } from "../send-report.ts";
import { connectionGivenUp, connectionGone } from "./connection-given-up.ts";

/** The outcome of a mail. */
export interface TransactionOutcome {
  readonly recipients: readonly RecipientOutcome[];
  /** The final reply; the first one if there are several, as in LMTP. */
  readonly reply?: Reply | undefined;
  /** The first refusal, or what happened to the connection; absent if every recipient was accepted. */
  readonly failure?: Failure | undefined;
  /** Whether the connection can carry another mail. */
  readonly reusable: boolean;
  /** The recipients, by their index, that the server called too many for one transaction. They are not sent to. */
  readonly surplus?: readonly number[] | undefined;
}

/** What a ledger must know about the mail. */
interface LedgerMail {
  readonly envelope: { readonly to: readonly Address[] };
  readonly partial?: boolean | undefined;
  readonly used?: boolean | undefined;
}

/**
 * Decides the outcome of every recipient from the replies of one transaction.
 *
 * A negative reply refuses what it answers, unless it is about the connection: 421 and 521 before the end of the
 * content was sent, and 503 to MAIL on a connection that carried another mail before. What these answer is not sent.
 */
export class Ledger {
  readonly #to: readonly Address[];
  readonly #dialect: Dialect;
  mailReply: Reply | undefined;
  readonly rcptReplies: Reply[] = [];
  dataReply: Reply | undefined;
  /** A reply to content before the final one: an early refusal, or the reply to a chunk. */
  contentRefusal: Reply | undefined;
  /** Whether the socket has taken the last octet of content. */
  handedOver = false;
  readonly finalReplies: Reply[] = [];
  /** What ended the connection. */
  interrupted: Failure | undefined;
  /** Whether nothing followed a 421 or 521: what had no reply by then was not heard. */
  unheard = false;
  /** Why the mail was taken back, if the connection can still be used. */
  takenBack: Failure | undefined;
  /** Whether the connection cannot carry another mail, whatever the replies say. */
  spoilt = false;
  /** Whether the connection carried another mail before. */
  used: boolean;
  readonly #partial: boolean;

  constructor({ envelope, partial = true, used = false }: LedgerMail, dialect: Dialect = "smtp") {
    this.#to = envelope.to;
    this.used = used;
    this.#partial = partial;
    this.#dialect = dialect;
  }

  get anyAccepted(): boolean {
    return this.mailReply?.positive === true && this.rcptReplies.some((reply) => reply.positive);
  }

  /** Whether MAIL or a RCPT has been refused. */
  get anyRefused(): boolean {
    return isNegative(this.mailReply) || this.rcptReplies.some(isNegative);
  }

  /** How many final replies the content gets. */
  get finalsDue(): number {
    return this.#dialect === "smtp" ? 1 : this.rcptReplies.filter((reply) => reply.positive).length;
  }

  /** Whether the server has said that it closes the connection. */
  get left(): boolean {
    const { mailReply, rcptReplies, dataReply, contentRefusal, finalReplies } = this;
    if (mailReply !== undefined && closesConnection(mailReply)) return true;
    if (dataReply !== undefined && closesConnection(dataReply)) return true;
    if (contentRefusal !== undefined && closesConnection(contentRefusal)) return true;
    return rcptReplies.some(closesConnection) || finalReplies.some(closesConnection);
  }

  /** Records that the replies answer other commands: nothing is known except what was sent. */
  doubt(failure: Failure): void {
    this.mailReply = undefined;
    this.rcptReplies.length = 0;
    this.finalReplies.length = 0;
    this.interrupted = failure;
  }

  /** Ends the transaction if its content was sent and nothing waits for more replies. */
  giveUp(failure: Failure): TransactionOutcome {
    this.handedOver = true;
    this.interrupted = failure;
    const outcome = this.close();
    this.interrupted = undefined;
    return outcome;
  }

  /**
   * Whether the mail may be sent once more on this connection: MAIL was out of step, and the connection can be used.
   */
  get maySayAgain(): boolean {
    return this.#outOfStep && this.#intact;
  }

  /** Ends the transaction and returns its outcome. */
  close(): TransactionOutcome {
    const recipients = this.#recipients();
    return {
      recipients,
      reply: this.finalReplies[0] ?? this.contentRefusal,
      failure: this.#failure(recipients),
      reusable: this.#intact && !this.#outOfStep,
      surplus: this.#surplus(),
    };
  }

  get #outOfStep(): boolean {
    return this.used && this.mailReply?.code === OUT_OF_STEP;
  }

  /** Whether nothing but the reply to MAIL speaks against the connection. */
  get #intact(): boolean {
    return this.interrupted === undefined && this.#nonsense() === undefined && !this.spoilt && !this.left;
  }

  /** Whether a reply is about the connection, not about what it answers. */
  #givesUp(phase: "mail" | "rcpt" | "data" | "content", reply: Reply): boolean {
    if (phase === "mail" && this.#outOfStep) return true;
    // Postfix's access tables can refuse a recipient with 521. On a used connection it means the connection.
    if (phase === "rcpt" && reply.code === 521) return this.used;
    return closesConnection(reply) && !(phase === "content" && this.handedOver);
  }

  /** Whether RCPT number `place`, or DATA after all of them, was answered after the 421 or 521 to an earlier RCPT. */
  #behindFarewell(place = this.rcptReplies.length): boolean {
    const farewell = this.rcptReplies.findIndex(closesConnection);
    return farewell !== -1 && farewell < place;
  }

  /** A refusal because of the number of recipients says nothing about the recipient if others were accepted. */
  #isSurplus(rcpt: Reply | undefined): boolean {
    return rcpt !== undefined && isTooMany(rcpt) && this.#partial && this.anyAccepted;
  }

  #surplus(): number[] | undefined {
    if (!this.rcptReplies.some(isTooMany)) return undefined;
    const places = this.rcptReplies.flatMap((rcpt, i) => (this.#isSurplus(rcpt) ? [i] : []));
    return places.length === 0 ? undefined : places;
  }

  #recipients(): RecipientOutcome[] {
    let accepted = 0;
    return this.#to.map((recipient, i) => {
      const turn = this.rcptReplies[i]?.positive === true ? accepted++ : 0;
      const final = this.finalReplies[this.#dialect === "smtp" ? 0 : turn];
      return this.#outcome(recipient, i, final);
    });
  }

  #outcome(recipient: Address, place: number, final: Reply | undefined): RecipientOutcome {
    const { mailReply, dataReply, contentRefusal } = this;
    const rcpt = this.rcptReplies[place];
    if (this.#contradicted) return { recipient, outcome: "unknown" };
    if (this.#isSurplus(rcpt)) return notSent(recipient, rcpt);
    if (isNegative(mailReply))
      return this.#givesUp("mail", mailReply)
        ? notSent(recipient, mailReply)
        : refusedBy(recipient, mailReply);
    if (isNegative(rcpt)) {
      if (this.#givesUp("rcpt", rcpt)) return notSent(recipient, rcpt);
      const follows = rcpt.code === OUT_OF_STEP && this.#behindFarewell(place);
      return follows ? notSent(recipient) : refusedBy(recipient, rcpt);
    }
    if (final?.positive === true) return { recipient, outcome: "accepted", reply: final };
    const verdict = contentRefusal ?? final;
    if (verdict !== undefined)
      return this.#givesUp("content", verdict) ? notSent(recipient, verdict) : refusedBy(recipient, verdict);
    if (this.handedOver) return this.unheard ? notSent(recipient) : { recipient, outcome: "unknown" };
    if (!isNegative(dataReply) || rcpt === undefined) return notSent(recipient);
    // It follows from the reply to an earlier RCPT, and says nothing about this recipient.
    if (this.#behindFarewell() && (closesConnection(dataReply) || FOLLOWING.has(dataReply.code)))
      return notSent(recipient);
    return this.#givesUp("data", dataReply) ? notSent(recipient, dataReply) : refusedBy(recipient, dataReply);
  }

  /** Whether content was accepted for nobody, or without a part of it: what the server made of that is unknown. */
  get #contradicted(): boolean {
    if (!this.handedOver || this.finalReplies[0]?.positive !== true) return false;
    return !this.anyAccepted || this.contentRefusal !== undefined;
  }

  /** Why the mail is not sent to everyone. */
  #failure(recipients: readonly RecipientOutcome[]): Failure | undefined {
    // If every recipient was refused, what happened to the connection afterwards does not matter.
    if (recipients.every(({ outcome }) => outcome === "refused")) return this.#refusal();
    const given = this.#givenUp(recipients);
    const { interrupted } = this;
    if (interrupted !== undefined)
      return given !== undefined && FOLLOWS.has(interrupted.kind) ? given : interrupted;
    return this.takenBack ?? given ?? this.#nonsense() ?? this.#refusal();
  }

  /** The 421 or 521 of the server, if it is why something is not sent and nothing is unknown. */
  #givenUp(recipients: readonly RecipientOutcome[]): Failure | undefined {
    if (!recipients.some(({ outcome }) => outcome === "not-sent")) return undefined;
    if (recipients.some(({ outcome }) => outcome === "unknown")) return undefined;
    const { mailReply, rcptReplies, dataReply, contentRefusal } = this;
    const answers = [
      ["mail", mailReply],
      ["rcpt", rcptReplies.find((reply) => this.#givesUp("rcpt", reply))],
      ["data", dataReply],
      ["content", contentRefusal],
    ] as const;
    for (const [phase, reply] of answers)
      if (reply !== undefined && this.#givesUp(phase, reply)) return connectionGivenUp(phase, reply);
    // It refused one recipient, and the others were not heard.
    const farewell = rcptReplies.find(closesConnection);
    return farewell && connectionGone("rcpt", farewell);
  }

  /** The first refusal. What follows from it (503 to DATA) is not the reason. */
  #refusal(): Failure | undefined {
    if (isNegative(this.mailReply)) return refusalAt("mail", this.mailReply);
    const rcpt = this.rcptReplies.find((reply) => isNegative(reply) && !this.#isSurplus(reply));
    if (rcpt !== undefined) return refusalAt("rcpt", rcpt);
    if (isNegative(this.dataReply)) return refusalAt("data", this.dataReply);
    const final = this.finalReplies.find(isNegative);
    if (final !== undefined || this.finalReplies.length === 0) {
      const verdict = this.contentRefusal ?? final;
      if (verdict !== undefined) return refusalAt("final", verdict);
    }
    return undefined;
  }

  /**
   * The failure for replies that make no sense: DATA must be answered by 354 or refused, and content for nobody must be
   * refused.
   */
  #nonsense(): Failure | undefined {
    const data = this.dataReply;
    if (data !== undefined && (data.positive || (data.intermediate && data.code !== 354)))
      return nonsense("data", `the server answered ${data.code} to DATA`, data);
    const final = this.finalReplies[0];
    if (final === undefined || !this.#contradicted) return undefined;
    return nonsense(
      "final",
      "the server accepted content after it had refused the envelope, or a part",
      final,
    );
  }
}

/** The command comes too early: the server has forgotten the earlier commands, or never began (RFC 5321 4.1.4). */
const OUT_OF_STEP = 503;

/** Replies to DATA if there is no transaction. */
const FOLLOWING: ReadonlySet<number> = new Set([OUT_OF_STEP, 554]);

/** How a connection ends after a 421 or 521. Failures of other kinds have another cause. */
const FOLLOWS: ReadonlySet<ErrorKind> = new Set(["connection", "timeout", "protocol"]);

/** Whether there is a reply and it refuses: 4xx or 5xx. */
export function isNegative(reply: Reply | undefined): reply is Reply {
  return reply !== undefined && (reply.transient || reply.permanent);
}

/**
 * Whether there are too many recipients for one transaction. Old servers reply 552, and some have no enhanced codes
 * (RFC 5321 4.5.3.1.10).
 */
function isTooMany({ code, enhancedCode, lines }: Reply): boolean {
  if (code !== 452 && code !== 552) return false;
  return enhancedCode?.endsWith(".5.3") ?? /recipient/i.test(lines.join(" "));
}

function notSent(recipient: Address, reply?: Reply): RecipientOutcome {
  return { recipient, outcome: "not-sent", reply };
}

function refusedBy(recipient: Address, reply: Reply): RecipientOutcome {
  return { recipient, outcome: "refused", reply };
}

function nonsense(phase: Phase, what: string, reply: Reply): Failure {
  const message = `protocol error: ${what}`;
  return new Failure({ kind: "protocol", phase, message, reply, transient: false, permanent: false });
}

function refusalAt(phase: Phase, reply: Reply): Failure {
  // 552 is also the reply to a full mailbox (5.2.2), and to RCPT for too many recipients.
  const ofSize = [undefined, "5.0.0", "5.3.4"].includes(reply.enhancedCode);
  const tooLarge = reply.code === 552 && ofSize && phase !== "rcpt";
  const refused = {
    mail: "the server refused the sender",
    rcpt: "the server refused a recipient",
    data: "the server refused to take the content",
    final: "the server refused the mail",
  }[phase as "mail" | "rcpt" | "data" | "final"];
  return new Failure({
    kind: tooLarge ? "too-large" : "rejected",
    phase,
    message: `${refused}: ${reply}`,
    reply,
  });
}
