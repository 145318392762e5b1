import type { Dialect } from "../dialect.ts";
import type { Failure } from "../failure.ts";
import { Ledger, type TransactionOutcome } from "./ledger.ts";
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
