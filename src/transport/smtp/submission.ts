import type { TransactionOutcome } from "../../protocol/dialogues/ledger.ts";
import { Failure } from "../../protocol/failure.ts";
import { SmtpError } from "../../protocol/send-error.ts";
import { nothingSent, type SendReport, sendReport, type TlsFacts } from "../../protocol/send-report.ts";
import type { Mail } from "../mail.ts";
import { Cancellation } from "./cancellation.ts";
import type { SendWatch } from "./send-watch.ts";

/** One mail on its way through a transport: what is sent, how it is called off, and the promise that tells its end. */
export class Submission {
  readonly mail: Mail;
  readonly cancellation: Cancellation = new Cancellation();
  readonly done: Promise<SendReport>;
  #resolve!: (report: SendReport) => void;
  #reject!: (error: SmtpError) => void;
  /** Called when the first octet of content is about to go out. */
  contentStarts: (() => void) | undefined;

  readonly #watch: SendWatch | undefined;

  /** @param watch is told of the outcome */
  constructor(mail: Mail, watch?: SendWatch) {
    this.mail = mail;
    this.#watch = watch;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Ends it before anything was handed over. */
  notSent(failure: Failure): void {
    this.cancellation.over();
    const { envelope, messageId } = this.mail;
    this.#fail(new SmtpError(failure, nothingSent(envelope, messageId)));
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
    if (!settled || report.accepted.length === 0) {
      this.#fail(new SmtpError(failure ?? inexplicable(), report));
      return;
    }
    this.#watch?.sent(report);
    this.#resolve(report);
  }

  #fail(error: SmtpError): void {
    this.#watch?.failed(error);
    this.#reject(error);
  }
}

function inexplicable(): Failure {
  return new Failure({
    kind: "protocol",
    phase: "final",
    message: "the server left the outcome of the mail open",
  });
}
