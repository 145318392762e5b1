import type { Address } from "../../address/address.ts";
import { Envelope } from "../../address/envelope.ts";
import { closesConnection } from "../../protocol/closing-reply.ts";
import type { SendError } from "../../protocol/send-error.ts";
import { isGood, type RecipientOutcome, type SendReport, sendReport } from "../../protocol/send-report.ts";
import { closedAtRecipient } from "./closed-at-recipient.ts";
import type { Attempt } from "./relay-attempt.ts";

/** The outcome of several attempts at one mail, for each recipient. */
export class Outcomes {
  readonly #envelope: Envelope;
  readonly #partial: boolean;
  readonly #recipients: Map<string, RecipientOutcome>;
  /** The recipients at whom a server closed the connection: they must not keep the mail from the others. */
  readonly #suspects: Set<string> = new Set();
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

  /** Adds the outcome of an attempt through the relay `via`. */
  add({ report, error }: Attempt, via?: string): void {
    const closed = closedAtRecipient(error);
    for (const outcome of report.recipients) {
      const key = String(outcome.recipient);
      if (closed) this.#suspect(key, outcome);
      // A refusal says more than a later attempt in which nothing was sent.
      if (this.#recipients.get(key)?.outcome === "refused" && outcome.outcome === "not-sent") continue;
      this.#recipients.set(key, via === undefined ? outcome : { ...outcome, via });
    }
    this.#last = report;
    if (error !== undefined) this.#error = error;
  }

  /** If the connection was closed at another recipient, this one may have been suspected wrongly. */
  #suspect(key: string, { outcome, reply }: RecipientOutcome): void {
    if (outcome === "not-sent" && reply !== undefined && closesConnection(reply)) this.#suspects.add(key);
    else this.#suspects.delete(key);
  }

  /**
   * The recipients to which the mail may be sent again without any getting it twice: one envelope, or two, to be sent
   * in this order, if a server closed the connection at some of them. Empty if there are none.
   */
  rest(refusedForNow: boolean): readonly Envelope[] {
    const others: Address[] = [];
    const suspects: Address[] = [];
    for (const [key, { recipient, outcome, reply }] of this.#recipients)
      if (outcome === "not-sent" || (refusedForNow && outcome === "refused" && reply?.transient))
        (this.#suspects.has(key) ? suspects : others).push(recipient);
    if (!this.#partial) {
      const whole = others.length + suspects.length === this.#recipients.size;
      return whole ? [this.#envelope] : [];
    }
    const { from } = this.#envelope;
    return [others, suspects].filter(({ length }) => length > 0).map((to) => Envelope.of(from, to));
  }

  /** The report of all attempts. */
  report(): SendReport {
    const recipients = [...this.#recipients.values()];
    return sendReport({ ...this.#last, envelope: this.#envelope, recipients });
  }

  /** The report, if it is good. @throws SendError the one of the last attempt, with the report of all attempts. */
  end(): SendReport {
    const report = this.report();
    if (isGood(report) || this.#error === undefined) return report;
    throw this.#error.about(report);
  }
}
