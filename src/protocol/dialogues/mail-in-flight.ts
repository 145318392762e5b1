import type { ErrorKind } from "../../errors.ts";
import { closesConnection } from "../closing-reply.ts";
import type { Dialect } from "../dialect.ts";
import type { Failure } from "../failure.ts";
import { connectionGone } from "./connection-given-up.ts";
import { Ledger, type TransactionOutcome } from "./ledger.ts";
import type { MailTransaction } from "./mail-transaction.ts";

/** A mail that is sent between others over one connection. */
export interface ChainedMail extends MailTransaction {
  /** Its MAIL is sent once at most. */
  readonly once?: boolean | undefined;
  /** Called once, with the outcome of the mail. */
  settle(outcome: TransactionOutcome): void;
}

/** A chained mail that is being sent, with its replies. */
export class MailInFlight {
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

  /** Ends a mail whose content the socket has, or is getting: nothing waits for its reply any more. */
  giveUp(failure: Failure): void {
    this.settle(this.ledger.giveUp(failure));
  }
}

/** The outcome of a mail of which nothing was sent, or nothing that counts. */
export function untouched({ envelope }: ChainedMail, failure: Failure | undefined): TransactionOutcome {
  const recipients = envelope.to.map((recipient) => ({ recipient, outcome: "not-sent" as const }));
  return { recipients, failure, reusable: false };
}

/** The kinds of failures that a reply to the mail before has caused. */
const OF_REPLIES: ReadonlySet<ErrorKind> = new Set(["rejected", "too-large", "connection"]);

/** What a connection that ended with one mail means for the next: a refusal concerns only the mail that was refused. */
export function behind(failure: Failure | undefined): Failure | undefined {
  const reply = failure?.reply;
  if (failure === undefined || reply === undefined || !OF_REPLIES.has(failure.kind)) return failure;
  if (closesConnection(reply)) return connectionGone("mail", reply);
  const message = "the connection ended with another mail";
  return failure.with({ kind: "connection", phase: "mail", message, transient: true, permanent: false });
}
