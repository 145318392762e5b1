import type { Group } from "../address/group.ts";
import type { Mailbox } from "../address/mailbox.ts";
import { withoutComments } from "../mime/comment.ts";
import { dateHeaderNow } from "../mime/date-time.ts";
import { Header } from "../mime/header.ts";
import { mailboxHeader } from "../mime/mailbox-list.ts";
import { MessageError } from "../mime/message-error.ts";
import { messageIdHeader, newMessageId } from "../mime/message-id.ts";
import type { Draft } from "./draft.ts";
import { resentHeaders } from "./resent.ts";

/** The header fields of a draft, without those of its content, and what is known from them. */
export interface MessageHeaders {
  readonly fields: readonly Header[];
  /** The fields as they are sent. */
  readonly text: string;
  readonly messageId: string;
  /** Whether they contain UTF-8: an address with a non-ASCII local part (RFC 6531), or text if `utf8Headers` is set. */
  readonly international: boolean;
}

const mimeVersion = Header.formatted("MIME-Version", "1.0", "MIME-Version: 1.0");

/**
 * Makes the fields of a draft, and adds Date, Message-ID and MIME-Version. Bcc is left out unless the draft keeps it.
 *
 * @throws MessageError if From is missing, or has several mailboxes and Sender is missing (RFC 5322 section 3.6.2).
 */
export function messageHeaders(draft: Draft): MessageHeaders {
  const { from, sender, replyTo, to, cc, subject, inReplyTo, references, keepBcc } = draft;
  const [author] = from;
  if (author === undefined) throw new MessageError("from: expected an author, got none", { field: "from" });
  if (from.length > 1 && sender === undefined) {
    throw new MessageError("sender: expected a sender, because there are several authors", {
      field: "sender",
    });
  }
  checkOneClick(draft.headers);
  const messageId = draft.messageId ?? newMessageId(author.address);
  // The latest block comes first, like the trace fields of servers.
  const fields: Header[] = [];
  if (draft.resent.length > 0)
    for (const block of draft.resent.toReversed()) fields.push(...resentHeaders(block, keepBcc));
  fields.push(draft.date ?? dateHeaderNow());
  const push = (name: string, list: readonly (Mailbox | Group)[]): void => {
    if (list.length > 0) fields.push(mailboxHeader(name, list));
  };
  push("From", from);
  if (sender !== undefined) push("Sender", [sender]);
  push("Reply-To", replyTo);
  push("To", to);
  push("Cc", cc);
  if (keepBcc) push("Bcc", draft.bcc);
  if (subject !== undefined) fields.push(subject);
  fields.push(messageIdHeader("Message-ID", [messageId]));
  if (inReplyTo !== undefined) fields.push(messageIdHeader("In-Reply-To", inReplyTo));
  if (references.length > 0) fields.push(messageIdHeader("References", references));
  if (draft.dispositionNotificationTo !== undefined)
    push("Disposition-Notification-To", draft.dispositionNotificationTo);
  for (const header of draft.headers) fields.push(header);
  fields.push(mimeVersion);
  const written = draft.utf8Headers ? fields.map((field) => field.inUtf8()) : fields;
  const text = headerLines(written);
  return { fields: written, text, messageId, international: Buffer.byteLength(text) !== text.length };
}

/** Header fields as they are sent. */
export function headerLines(fields: readonly Header[]): string {
  let text = "";
  for (const { lines } of fields) text += lines;
  return text;
}

/** One-click means a POST to the https URL of List-Unsubscribe, so it needs that field (RFC 8058 section 3.1). */
function checkOneClick(headers: readonly Header[]): void {
  if (headers.length === 0 || !headers.some(({ name }) => name.toLowerCase() === "list-unsubscribe-post"))
    return;
  const list = headers.find(({ name }) => name.toLowerCase() === "list-unsubscribe");
  const urls = (withoutComments(list?.value ?? "") ?? "").match(/<[ \t]*https?:/gi) ?? [];
  if (urls.length === 1 && /https/i.test(urls[0] ?? "")) return;
  const problem =
    "expected List-Unsubscribe with exactly one https URL and no http URL. listUnsubscribe() writes both fields";
  throw new MessageError(`List-Unsubscribe-Post: ${problem}`, { field: "List-Unsubscribe-Post" });
}
