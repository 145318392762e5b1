import type { Address } from "../../address/address.ts";
import { Failure } from "../failure.ts";
import type { Phase } from "../phase.ts";
import type { Reply } from "../reply.ts";
import type { RecipientOutcome } from "../send-report.ts";

/** What became of the mail. */
export interface TransactionOutcome {
  readonly recipients: readonly RecipientOutcome[];
  /** The final reply. */
  readonly reply?: Reply | undefined;
  /** The first refusal, or what happened to the connection; absent where every recipient accepted. */
  readonly failure?: Failure | undefined;
  /** Whether the connection is fit for another mail. */
  readonly reusable: boolean;
}

/** What the replies of one transaction come to. */
export class Ledger {
  readonly #to: readonly Address[];
  mailReply: Reply | undefined;
  readonly rcptReplies: Reply[] = [];
  dataReply: Reply | undefined;
  handedOver = false;
  finalReply: Reply | undefined;
  interrupted: Failure | undefined;

  constructor({ to }: { readonly to: readonly Address[] }) {
    this.#to = to;
  }

  get anyAccepted(): boolean {
    return this.mailReply?.positive === true && this.rcptReplies.some((reply) => reply.positive);
  }

  /** What the transaction has come to so far. */
  close(): TransactionOutcome {
    const recipients = this.#to.map((recipient, i) => this.#outcome(recipient, this.rcptReplies[i]));
    const refusal = this.#refusal();
    const nonsense = this.#nonsense();
    // Where every recipient has been refused, what became of the connection afterwards does not matter.
    const settled = recipients.every(({ outcome }) => outcome === "refused");
    const failure = settled ? refusal : (this.interrupted ?? nonsense ?? refusal);
    const reusable =
      this.interrupted === undefined && nonsense === undefined && !this.#replies().some(isLeave);
    return { recipients, reply: this.finalReply, failure, reusable };
  }

  #outcome(recipient: Address, rcpt: Reply | undefined): RecipientOutcome {
    const refusal = [this.mailReply, rcpt].find(isNegative);
    if (refusal !== undefined) return { recipient, outcome: "refused", reply: refusal };
    if (this.finalReply !== undefined) {
      return {
        recipient,
        outcome: this.finalReply.positive ? "accepted" : "refused",
        reply: this.finalReply,
      };
    }
    if (this.handedOver) return { recipient, outcome: "unknown" };
    if (this.dataReply !== undefined && isNegative(this.dataReply) && rcpt?.positive === true) {
      return { recipient, outcome: "refused", reply: this.dataReply };
    }
    return { recipient, outcome: "not-sent" };
  }

  /** The first reply that said no; what follows from it (503 to DATA) is not the reason. */
  #refusal(): Failure | undefined {
    const phases: readonly (readonly [Phase, Reply | undefined])[] = [
      ["mail", this.mailReply],
      ...this.rcptReplies.map((reply) => ["rcpt", reply] as const),
      ["data", this.dataReply],
      ["final", this.finalReply],
    ];
    for (const [phase, reply] of phases) {
      if (isNegative(reply)) return refusalAt(phase, reply);
    }
    return undefined;
  }

  /** DATA is answered by 354, or refused. */
  #nonsense(): Failure | undefined {
    const reply = this.dataReply;
    if (reply === undefined || reply.code === 354 || !(reply.positive || reply.intermediate))
      return undefined;
    const message = `protocol error: the server answered ${reply.code} to DATA`;
    return new Failure({
      kind: "protocol",
      phase: "data",
      message,
      reply,
      transient: false,
      permanent: false,
    });
  }

  #replies(): Reply[] {
    const { mailReply, rcptReplies, dataReply, finalReply } = this;
    return [mailReply, ...rcptReplies, dataReply, finalReply].filter((reply) => reply !== undefined);
  }
}

/** Whether the server says that it closes the connection (RFC 5321 3.8). */
export function isLeave({ code }: Reply): boolean {
  return code === 421 || code === 521;
}

export function isNegative(reply: Reply | undefined): reply is Reply {
  return reply !== undefined && (reply.transient || reply.permanent);
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
