import type { ParsedMailbox } from "../../testing/messages/reading/mailboxes.ts";
import { type MailCode, mailCodes } from "../extract/codes.ts";
import { type HtmlReading, htmlReading } from "../extract/html-reading.ts";
import { type MailLink, mailLinks } from "../extract/links.ts";
import { type Unsubscribing, unsubscribing } from "../extract/unsubscribe.ts";
import type { MailClient, MailEnvelope, StoredMail } from "../store/stored-mail.ts";

/** A mailbox of a header field. */
interface MailboxJson {
  readonly name?: string;
  readonly address: string;
}

/** A mail in a list. */
export interface SummaryJson {
  readonly id: string;
  readonly subject: string;
  readonly from?: MailboxJson;
  readonly to: readonly MailboxJson[];
  readonly cc: readonly MailboxJson[];
  readonly envelope: MailEnvelope;
  readonly client?: MailClient;
  readonly messageId?: string;
  readonly receivedAt: string;
  readonly date?: string;
  readonly size: number;
  readonly read: boolean;
  readonly tags: readonly string[];
}

/** A mail by itself. */
export interface MessageJson extends SummaryJson {
  readonly text?: string;
  readonly html?: string;
  readonly attachments: readonly { readonly name?: string; readonly type: string; readonly size: number }[];
  readonly links: readonly MailLink[];
  readonly codes: readonly MailCode[];
  readonly unsubscribe?: Unsubscribing;
  /** What was not read of it, because it exceeds a limit. */
  readonly incomplete?: string;
}

/** A mail as a list shows it. Only its header is read. */
export function summaryJson(mail: StoredMail): SummaryJson {
  const { head, client } = mail;
  return {
    id: mail.id,
    subject: head.subject ?? "",
    ...(head.from && { from: mailboxJson(head.from) }),
    to: head.to.slice(0, MOST_MAILBOXES).map(mailboxJson),
    cc: head.cc.slice(0, MOST_MAILBOXES).map(mailboxJson),
    envelope: mail.envelope,
    ...(client && { client }),
    ...(head.messageId !== undefined && { messageId: head.messageId }),
    receivedAt: mail.receivedAt.toISOString(),
    ...(head.date && { date: head.date.toISOString() }),
    size: mail.size,
    read: mail.isRead,
    tags: mail.tags,
  };
}

/** A mail with all that a test asks for. */
export async function messageJson(mail: StoredMail): Promise<MessageJson> {
  const { text, html, attachments, incomplete } = mail.parsed;
  const { links, codes, unsubscribe } = await extractOf(mail);
  return {
    ...summaryJson(mail),
    ...(text !== undefined && { text }),
    ...(html !== undefined && { html }),
    attachments: attachments.map(({ filename, type, content }) => ({
      ...(filename !== undefined && { name: filename }),
      type,
      size: content.length,
    })),
    links,
    codes,
    ...(unsubscribe && { unsubscribe }),
    ...(incomplete !== undefined && { incomplete }),
  };
}

/** What people look for in a mail. */
export interface Extract {
  readonly links: readonly MailLink[];
  readonly codes: readonly MailCode[];
  readonly unsubscribe: Unsubscribing | undefined;
}

const extracts = new WeakMap<StoredMail, Promise<Extract>>();

/** The links and codes of a mail. They are found once. */
export function extractOf(mail: StoredMail): Promise<Extract> {
  const known = extracts.get(mail) ?? readExtract(mail);
  extracts.set(mail, known);
  return known;
}

async function readExtract({ parsed }: StoredMail): Promise<Extract> {
  const { subject = "", text, html, headers } = parsed;
  const reading: HtmlReading | undefined = html === undefined ? undefined : await htmlReading(html);
  const links = mailLinks(reading, text);
  return {
    links,
    codes: mailCodes([subject, text ?? "", reading?.text ?? ""]),
    unsubscribe: unsubscribing(headers, links),
  };
}

function mailboxJson({ name, address }: ParsedMailbox): MailboxJson {
  return { ...(name !== "" && { name }), address };
}

const MOST_MAILBOXES = 1000;
