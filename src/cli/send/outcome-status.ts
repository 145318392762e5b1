import type { EnvoiError } from "../../errors.ts";
import type { RecipientOutcome, SendReport } from "../../protocol/send-report.ts";
import { ExitStatus } from "../exit-status.ts";

/** What became of a mail, in one word. */
export type MailOutcome = "accepted" | "refused" | "later" | "unknown" | "not-built";

/** The outcome for one recipient: `later` if it was not sent or refused, and the same may pass later. */
export function recipientOutcome(recipient: RecipientOutcome, error?: EnvoiError): MailOutcome {
  const { outcome, reply } = recipient;
  switch (outcome) {
    case "accepted":
    case "unknown":
      return outcome;
    case "refused":
      return (reply?.transient ?? error?.transient) ? "later" : "refused";
    case "not-sent":
      // A run that was broken off says nothing about the mail.
      return error === undefined || error.transient || error.kind === "aborted" || error.kind === "closed"
        ? "later"
        : "refused";
  }
}

/** The worst outcome of a mail: of its recipients, or of its error. */
export function mailOutcome(report: SendReport | undefined, error?: EnvoiError): MailOutcome {
  if (error !== undefined && ["address", "message", "content", "configuration"].includes(error.kind))
    return "not-built";
  const outcomes = report?.recipients.map((recipient) => recipientOutcome(recipient, error)) ?? [];
  if (outcomes.length > 0) return worstOf(outcomes);
  if (error === undefined) return "accepted";
  return error.delivery === "unknown" ? "unknown" : error.transient ? "later" : "refused";
}

/** Of several outcomes the one that decides. */
export function worstOf(outcomes: readonly MailOutcome[]): MailOutcome {
  return order.find((outcome) => outcomes.includes(outcome)) ?? "accepted";
}

/** What decides, first: as the exit status says it. */
const order: readonly MailOutcome[] = ["not-built", "unknown", "later", "refused"];

/** The exit status that an outcome has as the worst. */
export const statusOf: Readonly<Record<MailOutcome, ExitStatus>> = {
  accepted: ExitStatus.ok,
  "not-built": ExitStatus.data,
  unknown: ExitStatus.software,
  later: ExitStatus.temporary,
  refused: ExitStatus.unavailable,
};
