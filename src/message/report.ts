import type { MultiPart } from "../mime/multi-part.ts";
import { type DeliveryStatusFields, deliveryStatus } from "./delivery-status.ts";
import { type FeedbackReportFields, feedbackReport } from "./feedback-report.ts";

/**
 * Reports for people and programs (RFC 6522), as the body of a message.
 *
 * @example
 * ```ts
 * const report = Report.deliveryStatus({
 *   text: "There is no such user.",
 *   reportingMta: "mx.example.com",
 *   recipients: [{ recipient: "zoe@example.org", action: "failed", status: "5.1.1" }],
 * });
 * Message.builder().from("MAILER-DAEMON@example.com").envelope({ from: null, to: ["shop@example.com"] }).body(report);
 * ```
 */
export const Report: {
  /**
   * Makes a report of the outcome of a delivery (RFC 3464). Send it with the null sender, so that it causes no reports.
   *
   * @throws MessageError or AddressError naming the field.
   */
  deliveryStatus(fields: DeliveryStatusFields): MultiPart;
  /**
   * Makes a complaint about a mail (ARF, RFC 5965), as mailbox providers send it to the sender.
   *
   * @throws MessageError or AddressError naming the field.
   */
  feedback(fields: FeedbackReportFields): MultiPart;
} = Object.freeze({ deliveryStatus, feedback: feedbackReport });
