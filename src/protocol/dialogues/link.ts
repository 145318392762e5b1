import type { Dialect } from "../dialect.ts";
import { Failure } from "../failure.ts";
import { isLeave, Ledger, type TransactionOutcome } from "./ledger.ts";
import type { MailTransaction } from "./transaction.ts";

/** A mail that others go before and behind, on one connection. */
export interface ChainedMail extends MailTransaction {
  /** Told once what became of it. */
  settle(outcome: TransactionOutcome): void;
}

/** Such a mail under way. */
export class Link {
  readonly mail: ChainedMail;
  readonly ledger: Ledger;
  settled = false;

  constructor(mail: ChainedMail, dialect?: Dialect) {
    this.mail = mail;
    this.ledger = new Ledger(mail, dialect);
  }

  settle(outcome: TransactionOutcome): void {
    if (this.settled) return;
    this.settled = true;
    this.mail.settle(outcome);
  }
}

/** What became of a mail of which nothing was said, or nothing that counts. */
export function untouched({ envelope }: ChainedMail, failure: Failure | undefined): TransactionOutcome {
  const recipients = envelope.to.map((recipient) => ({ recipient, outcome: "not-sent" as const }));
  return { recipients, failure, reusable: false };
}

/** What a connection that ended with one mail means for the next: a refusal is the business of the mail that was refused. */
export function behind(failure: Failure | undefined): Failure | undefined {
  const reply = failure?.reply;
  if (reply === undefined || (failure?.kind !== "rejected" && failure?.kind !== "too-large")) return failure;
  const message = isLeave(reply)
    ? `the server closed the connection: ${reply}`
    : "the connection was given up behind another mail";
  return new Failure({
    kind: "connection",
    phase: "mail",
    message,
    reply,
    transient: true,
    permanent: false,
  });
}
