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
import { onAbort } from "../../abort-signal.ts";
import type { LinkedQueue, Place } from "../../linked-queue.ts";
import type { Mail } from "../../mail/mail.ts";
import type { SendObserver } from "../observer/send-observer.ts";
import { Cancellation } from "./cancellation.ts";
import { aborted, late } from "./cancellation-reasons.ts";
import type { Expiring, SharedTimeout } from "./shared-timeout.ts";

/** The state of a submission: in the queue, taken from it, begun (its MAIL was sent), or ended. */
export type SubmissionState = "waiting" | "let-go" | "begun" | "ended";

/** Observes the progress of submissions. */
export interface SubmissionObserver {
  /**
   * Its MAIL is about to be sent, perhaps not for the last time: it may be tried again, or sent in several
   * transactions.
   */
  begun(): void;
  /** It has its outcome; `failure` is the first refusal, or another problem. */
  ended(
    last: Exclude<SubmissionState, "ended">,
    outcome: "ok" | Delivery,
    failure: Failure | undefined,
  ): void;
}

/** How a submission is sent. */
export interface SubmissionOptions {
  /** Those with a higher priority go first. */
  readonly priority?: number | undefined;
  /** Whether it counts for `maxQueue`. */
  readonly counted: boolean;
  /** How long it may take: until its content is sent, or, with `coversAll`, until its final reply. */
  readonly timeout: SharedTimeout<Submission>;
  readonly coversAll: boolean;
  /** Cancels it. */
  readonly signal?: AbortSignal | undefined;
  /** All submissions without an outcome; it is among them until it has one. */
  readonly open: LinkedQueue<Submission>;
  /** Reports the outcome to diagnostics channels and the logger. */
  readonly sendObserver?: SendObserver | undefined;
}

/** One mail on its way through a transport: how to cancel it, how far it has come, and the promise of its outcome. */
export class Submission implements Expiring {
  readonly mail: Mail;
  readonly priority: number;
  readonly counted: boolean;
  readonly cancellation: Cancellation = new Cancellation();
  readonly done: Promise<SendReport>;
  expires = 0;
  #state: SubmissionState = "waiting";
  readonly #observer: SubmissionObserver;
  readonly #sendObserver: SendObserver | undefined;
  #resolve!: (report: SendReport) => void;
  #reject!: (error: SmtpError) => void;
  readonly #timeout: SharedTimeout<Submission>;
  readonly #coversAll: boolean;
  readonly #limited: Place<Submission>;
  readonly #open: Place<Submission>;
  readonly #forgetSignal: (() => void) | undefined;

  constructor(mail: Mail, observer: SubmissionObserver, options: SubmissionOptions) {
    const { priority = 0, counted, timeout, coversAll, signal, open, sendObserver } = options;
    this.mail = mail;
    this.#observer = observer;
    this.#sendObserver = sendObserver;
    this.priority = priority;
    this.counted = counted;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#timeout = timeout;
    this.#coversAll = coversAll;
    this.#limited = timeout.start(this);
    this.#open = open.append(this);
    this.#forgetSignal = signal && onAbort(signal, () => this.cancellation.cancel(aborted("send", signal)));
  }

  /** The current state. */
  get state(): SubmissionState {
    return this.#state;
  }

  /** It leaves the queue. */
  letGo(): void {
    this.#state = "let-go";
  }

  /** It goes back to the queue. */
  putBack(): void {
    this.#state = "waiting";
  }

  /** Its MAIL is about to be sent. */
  begins(): void {
    if (this.#state === "ended") return;
    this.#state = "begun";
    this.#observer.begun();
  }

  /** The first octet of its content is about to be sent. */
  contentStarts(): void {
    if (!this.#coversAll) this.#timeout.stop(this.#limited);
  }

  /** Its time is up. */
  expire(): void {
    this.cancellation.cancel(late("send", this.#timeout.limit));
  }

  /** Ends it before anything was sent. */
  notSent(failure: Failure): void {
    const { envelope, messageId } = this.mail;
    this.#fail(failure, nothingSent(envelope, messageId, failure.because));
  }

  /**
   * Ends it with the outcome of a transaction. It succeeds if at least one recipient was accepted, and none is not sent
   * or unknown.
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

  /** Records the end. Returns whether it is the first. */
  #end(outcome: "ok" | Delivery, failure: Failure | undefined): boolean {
    this.cancellation.over();
    const last = this.#state;
    if (last === "ended") return false;
    this.#state = "ended";
    this.#open.leave();
    this.#timeout.stop(this.#limited);
    this.#forgetSignal?.();
    this.mail.close?.();
    this.#observer.ended(last, outcome, failure);
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
