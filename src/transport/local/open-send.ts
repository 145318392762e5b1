import { type Delivery, EnvoiError, type ErrorClass, type ErrorKind, reasonOf } from "../../errors.ts";
import { deliveryOf, isSendError, SendError } from "../../protocol/send-error.ts";
import { isGood, type RecipientOutcome, type SendReport, sendReport } from "../../protocol/send-report.ts";
import type { Deliver } from "./deliver.ts";
import { HandedMail, type HandedMailFields } from "./handed-mail.ts";

/** One send, from the call to its outcome. */
export class OpenSend {
  readonly #controller = new AbortController();
  readonly #mail: HandedMail;
  readonly done: Promise<SendReport>;
  #resolve!: (report: SendReport) => void;
  #reject!: (error: SendError) => void;

  constructor(mail: HandedMailFields) {
    this.#mail = new HandedMail(mail, this.#controller.signal);
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  run(deliver: Deliver): Promise<SendReport> {
    if (!this.#controller.signal.aborted) void this.#play(deliver);
    return this.done;
  }

  /** Ends it now, whatever the function still does. */
  cancel(kind: ErrorKind, message: string, cause?: unknown): void {
    const delivery = this.#known();
    const error = new EnvoiError(message, {
      kind,
      delivery,
      transient: kind === "timeout",
      permanent: false,
      cause,
    });
    this.#fail(error);
    this.#controller.abort(error);
  }

  async #play(deliver: Deliver): Promise<void> {
    try {
      // What is thrown before the first await is reported like what is thrown after it.
      const { recipients, reply, id } = (await deliver(this.#mail)) ?? {};
      const { envelope, messageId } = this.#mail;
      const ended = envelope.to.map((recipient): RecipientOutcome => {
        if (recipients === undefined) return { recipient, outcome: "accepted", reply };
        const given = recipients.find((one) => String(one.recipient) === String(recipient));
        if (given === undefined) return { recipient, outcome: "not-sent" };
        if (!outcomes.includes(given.outcome)) throw new TypeError(notAnOutcome);
        return { ...given, recipient };
      });
      const report = sendReport({ envelope, messageId, recipients: ended, reply, id });
      if (isGood(report)) this.#resolve(report);
      else this.#reject(incomplete(report));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#reject(isSendError(error) ? error : this.#error(error));
  }

  #known(): Delivery {
    return this.#mail.readToEnd ? "unknown" : "not-sent";
  }

  #error(error: unknown): SendError {
    const { message, ...errorClass } = this.#classOf(error);
    const { envelope, messageId } = this.#mail;
    const outcome = errorClass.delivery;
    const recipients = envelope.to.map((recipient) => ({ recipient, outcome }));
    return new SendError(message, { ...errorClass, report: sendReport({ envelope, messageId, recipients }) });
  }

  #classOf(error: unknown): ErrorClass & { readonly message: string } {
    if (EnvoiError.is(error)) {
      const { message, kind, delivery, transient, permanent, cause } = error;
      return { message, kind, delivery, transient, permanent, cause };
    }
    const message = reasonOf(error);
    const unsure = { kind: "rejected", transient: false, permanent: false } as const;
    return { message, ...unsure, delivery: this.#known(), cause: error };
  }
}

const outcomes: readonly RecipientOutcome["outcome"][] = ["accepted", "refused", "not-sent", "unknown"];
const notAnOutcome = `outcome: expected one of ${outcomes.join(", ")} for each recipient`;

/** The error for a report that is not good. */
function incomplete(report: SendReport): SendError {
  const reply = report.rejected[0]?.reply;
  const message =
    reply === undefined ? "not every recipient has the mail" : `a recipient was refused: ${reply}`;
  const { transient = false, permanent = false } = reply ?? {};
  return new SendError(message, {
    kind: "rejected",
    delivery: deliveryOf(report),
    transient,
    permanent,
    report,
  });
}
