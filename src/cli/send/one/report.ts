import type { EnvoiError } from "../../../errors.ts";
import { isSendError, SmtpError } from "../../../protocol/send-error.ts";
import type { SendReport } from "../../../protocol/send-report.ts";
import { printable } from "../../printable.ts";
import { inFlags } from "../in-flags.ts";
import { mailOutcome, recipientOutcome } from "../outcome-status.ts";

/** How the sending of a mail ended. */
export interface Ending {
  readonly report?: SendReport | undefined;
  readonly error?: EnvoiError | undefined;
  readonly milliseconds: number;
}

/** The report of a mail for a person: a line for each recipient, and what went wrong. */
export function reportLines({ report, error }: Ending): string[] {
  const lines: string[] = [];
  const all = report ?? reportOf(error);
  for (const recipient of all?.recipients ?? []) {
    const { outcome, reply, reason } = recipient;
    const why = reply === undefined ? (reason ?? "") : String(reply);
    lines.push(`${outcome.padEnd(8)}  ${recipient.recipient}  ${printable(why)}`.trimEnd());
  }
  if (all?.messageId !== undefined) lines.push(`Message-ID ${all.messageId}`);
  if (error !== undefined) lines.push(`envoi: ${printable(inFlags(error.message))}`);
  return lines;
}

/** The report of a mail as data. */
export function reportData({ report, error, milliseconds }: Ending): object {
  const all = report ?? reportOf(error);
  return {
    outcome: mailOutcome(all, error),
    messageId: all?.messageId,
    envelope: all?.envelope,
    recipients: all?.recipients.map((recipient) => ({
      address: recipient.recipient,
      outcome: recipient.outcome,
      later: recipientOutcome(recipient, error) === "later" || undefined,
      ...replyData(recipient.reply),
    })),
    reply: replyData(all?.reply)?.text,
    tls: all?.tls,
    milliseconds: Math.round(milliseconds),
    error: errorData(error),
  };
}

/** An error as data. */
export function errorData(error: EnvoiError | undefined): object | undefined {
  if (error === undefined) return undefined;
  const { kind, delivery, transient, permanent, message } = error;
  const phase = error instanceof SmtpError ? error.phase : undefined;
  return { kind, phase, delivery, transient, permanent, message: printable(inFlags(message)) };
}

/** A reply as data. */
export function replyData(
  reply: SendReport["reply"],
): { code: number; enhancedCode: string | undefined; text: string } | undefined {
  if (reply === undefined) return undefined;
  const { code, enhancedCode, lines } = reply;
  return { code, enhancedCode, text: printable(lines.join("\n")) };
}

/** The report of an error, if it has one. */
export function reportOf(error: EnvoiError | undefined): SendReport | undefined {
  return isSendError(error) ? error.report : undefined;
}
