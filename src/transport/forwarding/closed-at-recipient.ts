import { closesConnection } from "../../protocol/closing-reply.ts";
import type { SendError, SmtpError } from "../../protocol/send-error.ts";

/**
 * Whether a server closed the connection because of a recipient (421 or 521 to RCPT). Some do so for a recipient that
 * they reject: the relay works, and the other recipients of the mail are not affected.
 */
export function closedAtRecipient(error: (SendError & OfSmtp) | undefined): boolean {
  if (error?.kind !== "connection" || error.phase !== "rcpt") return false;
  return error.reply !== undefined && closesConnection(error.reply);
}

/** The additional fields of an SmtpError, whichever copy of the library has made it. */
type OfSmtp = Partial<Pick<SmtpError, "phase" | "reply">>;
