import type { Address } from "../address/address.ts";
import { Envelope } from "../address/envelope.ts";
import type { SendError } from "../protocol/send-error.ts";
import { isGood, type RecipientOutcome, type SendReport, sendReport } from "../protocol/send-report.ts";
import type { Attempt } from "./forwarding-transport.ts";

/** What several attempts at one mail have come to, recipient by recipient. */
export class Outcomes {
  readonly #envelope: Envelope;
  readonly #partial: boolean;
  readonly #recipients: Map<string, RecipientOutcome>;
  #last: SendReport | undefined;
  #error: SendError | undefined;

  /** With `partial: false` the mail is for all recipients or for none. */
  constructor(envelope: Envelope, { partial = true }: { readonly partial?: boolean | undefined } = {}) {
    this.#envelope = envelope;
    this.#partial = partial;
    this.#recipients = new Map(
      envelope.to.map((recipient) => [String(recipient), { recipient, outcome: "not-sent" }]),
    );
  }

  /** Takes over what an attempt, by way of `via`, has come to. */
  add({ report, error }: Attempt, via?: string): void {
    for (const outcome of report.recipients) {
      const known = this.#recipients.get(String(outcome.recipient));
      // A refusal says more than that nothing was sent the next time.
      if (known?.outcome === "refused" && outcome.outcome === "not-sent") continue;
      this.#recipients.set(String(outcome.recipient), via === undefined ? outcome : { ...outcome, via });
    }
    this.#last = report;
    if (error !== undefined) this.#error = error;
  }

  /** To whom the mail may be sent once more without anybody getting it twice; `undefined` if to nobody. */
  rest(refusedForNow: boolean): Envelope | undefined {
    const to: Address[] = [];
    for (const { recipient, outcome, reply } of this.#recipients.values())
      if (outcome === "not-sent" || (refusedForNow && outcome === "refused" && reply?.transient))
        to.push(recipient);
    if (!this.#partial) return to.length === this.#recipients.size ? this.#envelope : undefined;
    return to.length === 0 ? undefined : Envelope.of(this.#envelope.from, to);
  }

  /** All of it. */
  report(): SendReport {
    const recipients = [...this.#recipients.values()];
    return sendReport({ ...this.#last, envelope: this.#envelope, recipients });
  }

  /** The report, if it is good. @throws SendError the last of the attempts', with all that is known. */
  end(): SendReport {
    const report = this.report();
    if (isGood(report) || this.#error === undefined) return report;
    throw this.#error.about(report);
  }
}
