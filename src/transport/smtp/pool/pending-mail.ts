import type { TransactionOutcome } from "../../../protocol/dialogues/ledger.ts";
import type { MailTransaction } from "../../../protocol/dialogues/mail-transaction.ts";
import type { Failure } from "../../../protocol/failure.ts";
import type { TlsFacts } from "../../../protocol/send-report.ts";
import type { Place } from "../../linked-queue.ts";
import type { Session } from "../session/session.ts";
import type { Submission } from "../submission/submission.ts";
import { RecipientBatches } from "./recipient-batches.ts";
import { FAILURES_BESIDE_OTHERS } from "./resending.ts";

/** A submission in the queue, or taken from it, or what is left of it after a transaction. */
export class PendingMail {
  readonly submission: Submission;
  /** The order in which pending mails came; 0 before the first time in the queue. */
  number = 0;
  /** Where it stands, or stood, in the queue. */
  place: Place<PendingMail> | undefined;
  /** There if one transaction does not take all its recipients. */
  batches: RecipientBatches | undefined;
  /** It is being made ready already, for this session. */
  prepared: { readonly session: Session; readonly mail: Promise<MailTransaction> } | undefined;
  /** How often it failed on a connection that carried others before, and why at last. */
  #failures = 0;
  #failure: Failure | undefined;

  constructor(submission: Submission) {
    this.submission = submission;
  }

  /** Whether it goes over a connection that has carried nothing yet, and over no other. */
  get wantsOwn(): boolean {
    return this.#failures >= FAILURES_BESIDE_OTHERS;
  }

  /** Why it was not sent when it was tried last, if it is to be tried again. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Nothing was said of what had been prepared. */
  unprepare(): void {
    this.prepared = undefined;
    this.batches?.putBack();
  }

  /**
   * Counts a failure on a connection that carried others: nothing of the transaction was said, or nothing that counts.
   */
  failedBesideOthers(failure: Failure): void {
    this.#failures++;
    this.#failure = failure;
  }

  /**
   * Takes down what a transaction came to on a connection that carried others before, and what it has left to be sent
   * again.
   */
  sendAgain(outcome: TransactionOutcome, failure: Failure, left: "everything" | "not-sent"): void {
    if (left === "everything") {
      this.batches?.putBack();
    } else {
      this.batches ??= new RecipientBatches(this.submission.mail.envelope);
      this.batches.settle({ ...outcome, failure: undefined }, true);
    }
    this.failedBesideOthers(failure);
  }

  /** Takes down what a transaction came to, and ends the submission with it; whether more of it is to be sent. */
  settle(outcome: TransactionOutcome, tls: TlsFacts | undefined): boolean {
    const { failure } = outcome;
    const told = failure === undefined ? outcome : { ...outcome, failure: this.#toTell(failure) };
    if (this.batches === undefined && outcome.surplus === undefined) {
      this.submission.settle(told, tls);
      return false;
    }
    this.batches ??= new RecipientBatches(this.submission.mail.envelope);
    this.batches.settle(told);
    if (!this.batches.goesOn) {
      this.submission.settle(this.batches.close(), tls);
      return false;
    }
    this.#failures = 0;
    this.#failure = undefined;
    return true;
  }

  /** Ends what has not been sent of the submission, before anything of that was handed over. */
  fail(failure: Failure, tls?: TlsFacts): void {
    const told = this.#toTell(failure);
    if (this.batches === undefined) this.submission.notSent(told);
    else this.submission.settle(this.batches.close(told), tls);
  }

  /** Content that cannot be read a second time is no news: the reason is why it had to be. */
  #toTell(failure: Failure): Failure {
    return failure.kind === "content" ? (this.#failure ?? failure) : failure;
  }
}
