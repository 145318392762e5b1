import type { TransactionOutcome } from "../../../protocol/dialogues/ledger.ts";
import type { MailTransaction } from "../../../protocol/dialogues/mail-transaction.ts";
import { Failure } from "../../../protocol/failure.ts";
import type { TlsFacts } from "../../../protocol/send-report.ts";
import type { Place } from "../../linked-queue.ts";
import type { Session } from "../session/session.ts";
import type { Submission } from "../submission/submission.ts";
import { RecipientBatches } from "./recipient-batches.ts";
import { FAILURES_BESIDE_OTHERS } from "./resending.ts";

/** A submission that is in the queue, was taken from it, or is partly sent. */
export class PendingMail {
  readonly submission: Submission;
  /** The number in the order of arrival; 0 before the first time in the queue. */
  number = 0;
  /** Its place, or last place, in the queue. */
  place: Place<PendingMail> | undefined;
  /** Set if one transaction cannot take all its recipients. */
  batches: RecipientBatches | undefined;
  /** The mail as it is being prepared for a session. */
  prepared: { readonly session: Session; readonly mail: Promise<MailTransaction> } | undefined;
  /** How often it failed on a connection that carried other mails before, and why the last time. */
  #failures = 0;
  #failure: Failure | undefined;

  constructor(submission: Submission) {
    this.submission = submission;
  }

  /** Whether it needs a connection that has carried no mail yet. */
  get wantsOwn(): boolean {
    return this.#failures >= FAILURES_BESIDE_OTHERS;
  }

  /** Why the last attempt failed, if it is tried again. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Discards what was prepared, of which nothing was sent. */
  unprepare(): void {
    this.prepared = undefined;
    this.batches?.putBack();
  }

  /**
   * Counts a failure on a connection that carried other mails: nothing of the transaction was sent, or nothing that
   * counts.
   */
  failedBesideOthers(failure: Failure): void {
    this.#failures++;
    this.#failure = failure;
  }

  /**
   * Records the outcome of a transaction on a connection that carried other mails before, and what must be sent again.
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

  /** Records the outcome of a transaction and ends the submission with it. Returns whether more of it must be sent. */
  settle(outcome: TransactionOutcome, tls: TlsFacts | undefined): boolean {
    const { failure } = outcome;
    const told = failure === undefined ? outcome : { ...outcome, failure: this.#toTell(failure) };
    if (this.batches === undefined && outcome.surplus === undefined) {
      this.submission.settle(told, tls);
      return false;
    }
    this.batches ??= new RecipientBatches(this.submission.mail.envelope);
    this.batches.settle(told);
    const { goesOn } = this.batches;
    if (!goesOn || this.submission.mail.once === true) {
      this.submission.settle(this.batches.close(goesOn ? tooManyAtOnce() : undefined), tls);
      return false;
    }
    this.#failures = 0;
    this.#failure = undefined;
    return true;
  }

  /** Ends the submission with a failure for what was not sent yet. */
  fail(failure: Failure, tls?: TlsFacts): void {
    const told = this.#toTell(failure);
    if (this.batches === undefined) this.submission.notSent(told);
    else this.submission.settle(this.batches.close(told), tls);
  }

  /** If content cannot be read a second time, the reason for the second attempt is what the caller must get. */
  #toTell(failure: Failure): Failure {
    return failure.kind === "content" ? (this.#failure ?? failure) : failure;
  }
}

function tooManyAtOnce(): Failure {
  const message = "the server takes fewer recipients at a time, so some were left for another transaction";
  return new Failure({ kind: "unsupported", phase: "rcpt", message, transient: true, again: true });
}
