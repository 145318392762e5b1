import type { Address } from "../../address/address.ts";
import type { Dialect } from "../dialect.ts";
import { Failure } from "../failure.ts";
import type { Phase } from "../phase.ts";
import type { Reply } from "../reply.ts";
import type { RecipientOutcome } from "../send-report.ts";

/** What became of the mail. */
export interface TransactionOutcome {
  readonly recipients: readonly RecipientOutcome[];
  /** The final reply; of several, as LMTP gives them, the first. */
  readonly reply?: Reply | undefined;
  /** The first refusal, or what happened to the connection; absent where every recipient accepted. */
  readonly failure?: Failure | undefined;
  /** Whether the connection is fit for another mail. */
  readonly reusable: boolean;
  /** Those, by their place, of whom the server said that they are too many for one transaction; they are not sent. */
  readonly surplus?: readonly number[] | undefined;
}

/** What a ledger has to know of the mail. */
interface LedgerMail {
  readonly envelope: { readonly to: readonly Address[] };
  readonly partial?: boolean | undefined;
}

/** What the replies of one transaction come to. */
export class Ledger {
  readonly #to: readonly Address[];
  readonly #dialect: Dialect;
  mailReply: Reply | undefined;
  readonly rcptReplies: Reply[] = [];
  dataReply: Reply | undefined;
  /** What refused the content before all of it had gone out: an early last word, or the reply to a chunk. */
  contentRefusal: Reply | undefined;
  /** The last octet of content has been handed to the socket. */
  handedOver = false;
  readonly finalReplies: Reply[] = [];
  /** What ended the connection. */
  interrupted: Failure | undefined;
  /** Nothing came behind a 421 or 521: what had no reply by then was not heard. */
  unheard = false;
  /** Why the mail was taken back, on a connection that is as good as before. */
  takenBack: Failure | undefined;
  /** The connection is not fit for another mail, whatever the replies say. */
  spoilt = false;
  readonly #partial: boolean;

  constructor({ envelope, partial = true }: LedgerMail, dialect: Dialect = "smtp") {
    this.#to = envelope.to;
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

  /** How many replies there are to the content. */
  get finalsDue(): number {
    return this.#dialect === "smtp" ? 1 : this.rcptReplies.filter((reply) => reply.positive).length;
  }

  /** Whether the server has said that it closes the connection. */
  get left(): boolean {
    return this.#replies().some(isLeave);
  }

  /** The replies turned out to be those to other commands: nothing is known but what has gone out. */
  doubt(failure: Failure): void {
    this.mailReply = undefined;
    this.rcptReplies.length = 0;
    this.finalReplies.length = 0;
    this.interrupted = failure;
  }

  /** What the transaction has come to so far. */
  close(): TransactionOutcome {
    const recipients = this.#recipients();
    const refusal = this.#refusal();
    const nonsense = this.#nonsense();
    // Where every recipient has been refused, what became of the connection afterwards does not matter.
    const settled = recipients.every(({ outcome }) => outcome === "refused");
    const failure = settled ? refusal : (this.interrupted ?? nonsense ?? this.takenBack ?? refusal);
    const fit = this.interrupted === undefined && nonsense === undefined && !this.spoilt;
    const reply = this.finalReplies[0] ?? this.contentRefusal;
    return { recipients, reply, failure, reusable: fit && !this.left, surplus: this.#surplus() };
  }

  /** A refusal for number is none of the recipient, where there were others that were accepted. */
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
      const rcpt = this.rcptReplies[i];
      const turn = rcpt?.positive === true ? accepted++ : 0;
      const final = this.finalReplies[this.#dialect === "smtp" ? 0 : turn];
      return this.#outcome(recipient, rcpt, final);
    });
  }

  #outcome(recipient: Address, rcpt: Reply | undefined, final: Reply | undefined): RecipientOutcome {
    if (this.#contradicted) return { recipient, outcome: "unknown" };
    if (this.#isSurplus(rcpt)) return { recipient, outcome: "not-sent", reply: rcpt };
    const refusal = [this.mailReply, rcpt].find(isNegative);
    if (refusal !== undefined) return { recipient, outcome: "refused", reply: refusal };
    if (final?.positive === true) return { recipient, outcome: "accepted", reply: final };
    const verdict = this.contentRefusal ?? final;
    if (verdict !== undefined) return { recipient, outcome: "refused", reply: verdict };
    if (this.handedOver) return { recipient, outcome: this.unheard ? "not-sent" : "unknown" };
    if (isNegative(this.dataReply) && rcpt?.positive === true) {
      return { recipient, outcome: "refused", reply: this.dataReply };
    }
    return { recipient, outcome: "not-sent" };
  }

  /** Content was accepted for nobody, or without a part of it: nobody can say what the server has made of that. */
  get #contradicted(): boolean {
    if (!this.handedOver || this.finalReplies[0]?.positive !== true) return false;
    return !this.anyAccepted || this.contentRefusal !== undefined;
  }

  /** The first reply that said no; what follows from it (503 to DATA) is not the reason. */
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

  /** DATA is answered by 354, or refused; content that nobody was left for is refused. */
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

  #replies(): Reply[] {
    const { mailReply, rcptReplies, dataReply, contentRefusal, finalReplies } = this;
    return [mailReply, ...rcptReplies, dataReply, contentRefusal, ...finalReplies].filter(
      (reply) => reply !== undefined,
    );
  }
}

/** Whether the server says that it closes the connection (RFC 5321 3.8). */
export function isLeave({ code }: Reply): boolean {
  return code === 421 || code === 521;
}

export function isNegative(reply: Reply | undefined): reply is Reply {
  return reply !== undefined && (reply.transient || reply.permanent);
}

/** Too many recipients for one transaction; old servers say 552, and some have no enhanced codes (RFC 5321 4.5.3.1.10). */
function isTooMany({ code, enhancedCode, lines }: Reply): boolean {
  if (code !== 452 && code !== 552) return false;
  return enhancedCode?.endsWith(".5.3") ?? /recipient/i.test(lines.join(" "));
}

function nonsense(phase: Phase, what: string, reply: Reply): Failure {
  const message = `protocol error: ${what}`;
  return new Failure({ kind: "protocol", phase, message, reply, transient: false, permanent: false });
}

function refusalAt(phase: Phase, reply: Reply): Failure {
  // 552 is also said of a full mailbox (5.2.2), and to RCPT of too many recipients.
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
