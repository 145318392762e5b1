import type { Address } from "../../../address/address.ts";
import type { Envelope } from "../../../address/envelope.ts";
import type { TransactionOutcome } from "../../../protocol/dialogues/ledger.ts";
import type { ChainedMail } from "../../../protocol/dialogues/mail-in-flight.ts";
import type { MailTransaction, Octets } from "../../../protocol/dialogues/mail-transaction.ts";
import type { Failure } from "../../../protocol/failure.ts";
import type { WithOthers } from "../../../protocol/parameters/other-parameter.ts";
import type { MailParameters, RcptParameters } from "../../../protocol/parameters/parameters.ts";
import type { Place } from "../../linked-queue.ts";
import type { PendingMail } from "./pending-mail.ts";

/** Gets the outcome of given mails. */
export interface Giver {
  settled(given: GivenMail, outcome: TransactionOutcome): void;
}

/** A pending mail that was given to a chain and has no outcome yet. */
export class GivenMail implements ChainedMail {
  readonly envelope: Envelope;
  readonly parameters: WithOthers<MailParameters>;
  readonly recipientParameters: ((recipient: Address) => WithOthers<RcptParameters>) | undefined;
  readonly content: Octets;
  readonly partial: boolean | undefined;
  readonly once: boolean | undefined;
  readonly used: boolean;
  readonly pending: PendingMail;
  /** Its place among the mails that were given to the chain. */
  place: Place<GivenMail> | undefined;
  /** Its number among the mails of its connection, from 1. */
  number = 0;
  /** Whether it is sent in a window. */
  inWindow = false;
  /** Whether sending its content has begun. */
  contentBegun = false;
  readonly #giver: Giver;

  /** @param used whether the connection carried another mail before */
  constructor(mail: MailTransaction, pending: PendingMail, used: boolean, giver: Giver) {
    this.envelope = mail.envelope;
    this.parameters = mail.parameters;
    this.recipientParameters = mail.recipientParameters;
    this.content = mail.content;
    this.partial = mail.partial;
    this.once = pending.submission.mail.once;
    this.used = used;
    this.pending = pending;
    this.#giver = giver;
  }

  contentStarts(): void {
    this.contentBegun = true;
    this.pending.submission.contentStarts();
  }

  settle(outcome: TransactionOutcome): void {
    this.place?.leave();
    this.#giver.settled(this, outcome);
  }

  /** Ends it because the chain broke: content that was partly sent may have arrived. */
  breakOff(failure: Failure): void {
    const outcome = this.contentBegun ? "unknown" : "not-sent";
    const recipients = this.envelope.to.map((recipient) => ({ recipient, outcome }) as const);
    this.settle({ recipients, failure, reusable: false });
  }
}
