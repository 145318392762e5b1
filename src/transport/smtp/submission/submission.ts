import type { Delivery } from "../../../errors.ts";
import type { TransactionOutcome } from "../../../protocol/dialogues/ledger.ts";
import { Failure } from "../../../protocol/failure.ts";
import { SmtpError } from "../../../protocol/send-error.ts";
import {
  isGood,
  nothingSent,
  type SendReport,
  sendReport,
  type TlsFacts,
} from "../../../protocol/send-report.ts";
import type { Mail } from "../../mail/mail.ts";
import type { SendObserver } from "../observer/send-observer.ts";
import { Cancellation } from "./cancellation.ts";

/** Who is told how submissions get on. */
export interface SubmissionObserver {
  /** Its sender is about to be named to a server, of which more may follow: it may be tried again, or divided. */
  begins(submission: Submission): void;
  /** It has its outcome; `failure` is the first refusal, or what else went wrong. */
  ended(submission: Submission, outcome: "ok" | Delivery, failure: Failure | undefined): void;
}

/** What is said of a submission. */
export interface SubmissionOptions {
  /** A higher one goes first. */
  readonly priority?: number | undefined;
  /** Whether it counts, where a number is set to those that may wait. */
  readonly counted?: boolean;
  /** Tells those who look on of the outcome. */
  readonly sendObserver?: SendObserver | undefined;
}

/** One mail on its way through a transport: what is sent, how it is called off, and the promise that tells its end. */
export class Submission {
  readonly mail: Mail;
  readonly priority: number;
  readonly counted: boolean;
  readonly cancellation: Cancellation = new Cancellation();
  readonly done: Promise<SendReport>;
  /** Where it is: until it is let go it waits; then it has begun once its sender was named. */
  state: "waiting" | "let-go" | "begun" | "ended" = "waiting";
  readonly #observer: SubmissionObserver;
  readonly #sendObserver: SendObserver | undefined;
  #resolve!: (report: SendReport) => void;
  #reject!: (error: SmtpError) => void;
  /** Called when the first octet of content is about to go out. */
  contentStarts: (() => void) | undefined;

  constructor(
    mail: Mail,
    observer: SubmissionObserver,
    { priority = 0, counted = true, sendObserver }: SubmissionOptions = {},
  ) {
    this.mail = mail;
    this.#observer = observer;
    this.#sendObserver = sendObserver;
    this.priority = priority;
    this.counted = counted;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Its sender is about to be named to a server. */
  begins(): void {
    if (this.state !== "ended") this.#observer.begins(this);
  }

  /** Ends it before anything was handed over. */
  notSent(failure: Failure): void {
    const { envelope, messageId } = this.mail;
    this.#fail(failure, nothingSent(envelope, messageId, failure.because));
  }

  /**
   * Ends it with what a transaction came to: well, if at least one recipient was accepted and of none it is open what
   * became of it.
   */
  settle({ recipients, reply, failure }: TransactionOutcome, tls: TlsFacts | undefined): void {
    const { envelope, messageId } = this.mail;
    const report = sendReport({ envelope, messageId, recipients, reply, tls });
    if (isGood(report)) {
      const first = this.#end("ok", failure);
      this.#resolve(report);
      if (first) this.#sendObserver?.sent(report);
    } else {
      this.#fail(failure ?? inexplicable(), report);
    }
  }

  #fail(failure: Failure, report: SendReport): void {
    const error = new SmtpError(failure, report);
    const first = this.#end(error.delivery, failure);
    this.#reject(error);
    if (first) this.#sendObserver?.failed(error);
  }

  /** Whether this is its first end. */
  #end(outcome: "ok" | Delivery, failure: Failure | undefined): boolean {
    this.cancellation.over();
    if (this.state === "ended") return false;
    this.mail.close?.();
    this.#observer.ended(this, outcome, failure);
    return true;
  }
}

function inexplicable(): Failure {
  return new Failure({
    kind: "protocol",
    phase: "final",
    message: "the server left the outcome of the mail open",
  });
}
