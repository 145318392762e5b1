import { isAddressLike } from "../../testing/messages/address-key.ts";
import { mailboxId } from "../reading/mailbox-ids.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import type { Mailboxes } from "./mailboxes.ts";

/** Describes mails: all fields that are given must match. */
export interface MailMatch {
  /** A recipient of the envelope, or all of a domain: `"@a.test"`. */
  readonly to: string | undefined;
  /** The sender of the envelope, or the author. */
  readonly from: string | undefined;
  /** A part of the subject, in any case. */
  readonly subject: string | undefined;
  /** The id of a mailbox. */
  readonly mailbox: string | undefined;
}

/** The test for a description. */
export function mailTest(match: MailMatch, mailboxes: Mailboxes): (mail: StoredMail) => boolean {
  const { from } = match;
  const keys = [match.to, match.mailbox].flatMap((id) => (id === undefined ? [] : [mailboxId(id)]));
  const subject = match.subject?.toLowerCase();
  return (mail) => {
    const { envelope } = mail;
    if (!keys.every((key) => mailboxes.has(mail, key))) return false;
    if (
      from !== undefined &&
      ![envelope.from, mail.head.from?.address ?? ""].some((each) => isFrom(each, from))
    )
      return false;
    return subject === undefined || (mail.head.subject ?? "").toLowerCase().includes(subject);
  };
}

function isFrom(address: string, from: string): boolean {
  return from.startsWith("@")
    ? address.toLowerCase().endsWith(from.toLowerCase())
    : isAddressLike(address, from);
}
