import type { TransactionOutcome } from "../../protocol/dialogues/ledger.ts";
import { Failure } from "../../protocol/failure.ts";
import { SmtpError } from "../../protocol/send-error.ts";
import { nothingSent, type SendReport, sendReport, type TlsFacts } from "../../protocol/send-report.ts";
import type { Mail } from "../mail.ts";
import { Cancellation } from "./cancellation.ts";

/** One mail on its way through a transport: what is sent, how it is called off, and the promise that tells its end. */
export class Submission {
  readonly mail: Mail;
  readonly cancellation: Cancellation = new Cancellation();
  readonly done: Promise<SendReport>;
  #resolve!: (report: SendReport) => void;
  #reject!: (error: SmtpError) => void;
  /** Called when the first octet of content is about to go out. */
  contentStarts: (() => void) | undefined;

  constructor(mail: Mail) {
    this.mail = mail;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Ends it before anything was handed over. */
  notSent(failure: Failure): void {
    this.cancellation.over();
    const { envelope, messageId } = this.mail;
    this.#reject(new SmtpError(failure, nothingSent(envelope, messageId)));
  }

  /**
   * Ends it with what a transaction came to: well, if at least one recipient was accepted and of none it is open what
   * became of it.
   */
  settle({ recipients, reply, failure }: TransactionOutcome, tls: TlsFacts | undefined): void {
    this.cancellation.over();
    const { envelope, messageId } = this.mail;
    const report = sendReport({ envelope, messageId, recipients, reply, tls });
    const settled = recipients.every(({ outcome }) => outcome === "accepted" || outcome === "refused");
    if (settled && report.accepted.length > 0) this.#resolve(report);
    else this.#reject(new SmtpError(failure ?? inexplicable(), report));
  }
}

function inexplicable(): Failure {
  return new Failure({
    kind: "protocol",
    phase: "final",
    message: "the server left the outcome of the mail open",
  });
}
