import { copyOf, type Delivery, EnvoiError, type ErrorClass, named } from "../errors.ts";
import type { Failure } from "./failure.ts";
import { withoutAddresses } from "./masking/address-mask.ts";
import type { Phase } from "./phase.ts";
import type { Reply } from "./reply.ts";
import type { SendReport } from "./send-report.ts";

/**
 * A mail was not delivered to all its recipients. `report` has the outcome of each.
 *
 * Recipients appear only there: `report` is not enumerable, and neither the message nor `toJSON` contains an address.
 *
 * @example
 * ```ts
 * try {
 *   await transport.send(message);
 * } catch (error) {
 *   if (!(error instanceof SendError)) throw error;
 *   for (const { recipient, outcome } of error.report.recipients) console.log(`${recipient}: ${outcome}`);
 * }
 * ```
 */
export class SendError extends EnvoiError {
  /** The outcome of the mail for each recipient; not enumerable. */
  declare readonly report: SendReport;

  static {
    named(SendError, "SendError");
  }

  /** For transports of your own; addresses in the message are masked. */
  constructor(message: string, fields: ErrorClass & { readonly report: SendReport }) {
    super(withoutAddresses(message), fields);
    Object.defineProperty(this, "report", { value: fields.report });
  }

  /** The same error, with its class and all its fields, for a report that is more complete. */
  about(report: SendReport): this {
    return copyOf(this, { report, delivery: deliveryOf(report) });
  }
}

/**
 * A connection or a reply of the server is the cause. `phase` says when it happened, `reply` what the server said.
 *
 * @example
 * ```ts
 * try {
 *   await transport.send(message);
 * } catch (error) {
 *   if (error instanceof SmtpError && error.reply?.enhancedCode === "5.1.1") console.log("no such mailbox");
 *   else throw error;
 * }
 * ```
 */
export class SmtpError extends SendError {
  /** The step of sending at which it happened. */
  readonly phase: Phase;
  /** The reply that caused it, as the server sent it; not enumerable. */
  declare readonly reply: Reply | undefined;
  /**
   * The last lines of the connection, at most 40: `C: ` before the client's, `S: ` before the server's, `-- ` before
   * events. Empty if nothing was connected. Secrets are masked and content is counted, but it contains addresses: not
   * enumerable.
   */
  declare readonly transcript: readonly string[];
  /**
   * Whether nothing of it is about the mail, which the option `once` has kept from being sent again at once.
   *
   * @internal
   */
  declare readonly again: boolean;

  static {
    named(SmtpError, "SmtpError");
  }

  /** @internal Made from the failure of a dialogue. */
  constructor(failure: Failure, report: SendReport) {
    const { kind, transient, permanent, cause } = failure;
    super(failure.message, { kind, delivery: deliveryOf(report), transient, permanent, cause, report });
    this.phase = failure.phase;
    // Servers repeat addresses in their replies.
    Object.defineProperty(this, "reply", { value: failure.reply });
    Object.defineProperty(this, "transcript", { value: failure.transcript ?? [] });
    Object.defineProperty(this, "again", { value: failure.again });
  }

  /** Like every error of envoi, with the phase and the codes of the reply, but not its text. */
  override toJSON(): object {
    const { phase, reply } = this;
    return { ...super.toJSON(), phase, code: reply?.code, enhancedCode: reply?.enhancedCode };
  }
}

/** Whether `value` is a SendError, also one made by another copy of the library. */
export function isSendError(value: unknown): value is SendError {
  return EnvoiError.is(value) && "report" in value;
}

/** What is known about the mail as a whole: it may be sent again only if nothing was sent to any recipient. */
export function deliveryOf({ recipients }: SendReport): Delivery {
  if (recipients.some(({ outcome }) => outcome === "unknown")) return "unknown";
  return recipients.every(({ outcome }) => outcome === "not-sent") ? "not-sent" : "refused";
}
