import { hash } from "node:crypto";
import { isMailId } from "../mail-id.ts";

/**
 * The ENVID that a mail goes out with (RFC 3461 section 4.4), which delivery reports repeat: its id, and a code that
 * one can only make who knows its Message-ID. So it says which of several mails with one Message-ID it is, and nobody
 * can write about mails that he has not seen. Whoever has seen a mail can.
 */
export function envelopeIdOf(id: string, messageId: string): string {
  return `${id}-${hash("sha256", messageId, "base64url").slice(0, codeLength)}`;
}

/** The id of the mail that an ENVID names, if it may be one of ours. Its code is still to be compared. */
export function mailOfEnvelopeId(envelopeId: string): string | undefined {
  const [, id = ""] = /^(\d+)-[\w-]+$/.exec(envelopeId) ?? [];
  return isMailId(id) ? id : undefined;
}

/** 96 bits. */
const codeLength = 16;
