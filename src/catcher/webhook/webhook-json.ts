import type { ParsedMailbox } from "../../testing/messages/reading/mailboxes.ts";
import type { StoredMail } from "../store/stored-mail.ts";

/** A mail as the webhook posts it, with the names of mailpit's webhook. */
export function webhookJson(mail: StoredMail): object {
  const { messageId = "", from, to, cc, replyTo, subject = "", attachments } = mail.parsed;
  const shown = new Set([...to, ...cc].map(({ address }) => address.toLowerCase()));
  const hidden = mail.envelope.to.filter((recipient) => !shown.has(recipient.toLowerCase()));
  return {
    ID: mail.id,
    MessageID: messageId.replace(/^<|>$/g, ""),
    Read: mail.isRead,
    From: from === undefined ? null : mailbox(from),
    To: to.map(mailbox),
    Cc: cc.map(mailbox),
    Bcc: hidden.map((address) => ({ Name: "", Address: address })),
    ReplyTo: replyTo.map(mailbox),
    Subject: subject,
    Created: mail.receivedAt.toISOString(),
    Username: mail.client?.user ?? "",
    Tags: mail.tags,
    Size: mail.size,
    Attachments: attachments.length,
    Snippet: mail.snippet,
  };
}

function mailbox({ name, address }: ParsedMailbox) {
  return { Name: name, Address: address };
}
