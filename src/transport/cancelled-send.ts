import { deliveryOf, SendError } from "../protocol/send-error.ts";
import type { SendReport } from "../protocol/send-report.ts";

/** The error of a send that was cancelled by its caller, or by closing the transport. */
export function calledOff(kind: "aborted" | "closed", report: SendReport, cause?: unknown): SendError {
  const message = kind === "closed" ? "the transport has been closed" : "the send was aborted";
  const unsure = { transient: false, permanent: false };
  return new SendError(message, { kind, delivery: deliveryOf(report), ...unsure, cause, report });
}
