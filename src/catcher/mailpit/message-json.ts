import { createHash } from "node:crypto";
import { firstValue, type ParsedHeader } from "../../mime/reading/head.ts";
import type { ParsedMailbox } from "../../testing/messages/reading/mailboxes.ts";
import type { TextDecoding } from "../../text/charsets/web-charset.ts";
import { type ContentFacts, plainOf, readBody } from "../reading/content-facts.ts";
import { type HeadFacts, headerFields } from "../reading/head-facts.ts";
import { htmlPlain } from "../reading/html-plain.ts";
import type { MailSource } from "../reading/mail-source.ts";
import type { Part } from "../reading/part.ts";
import { dateFieldJson, dateJson } from "./date-json.ts";
import { type ListUnsubscribeJson, listUnsubscribe } from "./list-unsubscribe.ts";

/** A mailbox in JSON. */
export interface AddressJson {
  readonly Name: string;
  readonly Address: string;
}

/** What a list and a mail have in common. */
interface CommonJson {
  readonly ID: string;
  readonly MessageID: string;
  readonly From: AddressJson;
  readonly To: readonly AddressJson[];
  readonly Cc: readonly AddressJson[];
  readonly Bcc: readonly AddressJson[];
  readonly ReplyTo: readonly AddressJson[];
  readonly Subject: string;
  readonly Tags: readonly string[];
  readonly Username: string;
  readonly Size: number;
}

/** A mail in a list. */
export interface SummaryJson extends CommonJson {
  readonly Read: boolean;
  readonly Created: string;
  readonly Attachments: number;
  readonly Snippet: string;
}

/** A mail. */
export interface MessageJson extends CommonJson {
  readonly ReturnPath: string;
  readonly ListUnsubscribe: ListUnsubscribeJson;
  readonly Date: string;
  readonly Text: string;
  readonly HTML: string;
  readonly Inline: readonly AttachmentJson[];
  readonly Attachments: readonly AttachmentJson[];
}

/** An attachment or an inline part. */
export interface AttachmentJson {
  readonly PartID: string;
  readonly FileName: string;
  readonly ContentType: string;
  readonly ContentID: string;
  readonly Size: number;
  readonly Checksums: { readonly MD5: string; readonly SHA1: string; readonly SHA256: string };
}

/** A mail as mailpit lists it. */
export function summaryJson(mail: MailSource, head: HeadFacts, content: ContentFacts): SummaryJson {
  return Object.assign(commonJson(mail, head), {
    Read: mail.isRead,
    Created: dateJson(mail.receivedAt),
    Attachments: content.attachments,
    Snippet: content.snippet,
  });
}

/** A mail as mailpit shows it. */
export async function messageJson(
  mail: MailSource,
  head: HeadFacts,
  decode: TextDecoding,
): Promise<MessageJson> {
  const fields = headerFields(mail.raw);
  const value = (name: string): string => firstValue(fields, name) ?? "";
  const { texts, html, inlines, others, attachments } = readBody(mail.raw, decode);
  const source = html?.text ?? "";
  const list = (parts: readonly Part[]): AttachmentJson[] =>
    parts.filter(({ fileName, contentId }) => fileName !== "" || contentId !== "").map(attachmentJson);
  return {
    ...commonJson(mail, head),
    ReturnPath: mail.envelope.from || head.from.address,
    ListUnsubscribe: listUnsubscribe(value("list-unsubscribe"), value("list-unsubscribe-post")),
    Date: dateFieldJson(value("date")) ?? dateJson(mail.receivedAt),
    Text: plainOf(texts) || (await htmlPlain(source)),
    HTML: source,
    Inline: [...list(inlines), ...list(others)],
    Attachments: list(attachments),
  };
}

/**
 * The header fields by their names, in the order of the alphabet. Names are written as Go writes them: `message-id` is
 * `Message-Id`. Values are unfolded and not decoded.
 */
export function headersJson(raw: Buffer): Record<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const { name, value } of headerFields(raw)) {
    const known = values.get(fieldName(name));
    if (known === undefined) values.set(fieldName(name), [unfolded(value)]);
    else known.push(unfolded(value));
  }
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted);
}

function unfolded(value: string): string {
  return value.replace(/[ \t]*[\r\n]+[ \t]*/g, " ");
}

function fieldName(name: ParsedHeader["name"]): string {
  // A name with other characters stays as it is.
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return name;
  return name.toLowerCase().replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function commonJson(mail: MailSource, head: HeadFacts): CommonJson {
  return {
    ID: mail.id,
    MessageID: head.messageId,
    From: addressJson(head.from),
    To: head.to.map(addressJson),
    Cc: head.cc.map(addressJson),
    Bcc: head.bcc.map(addressJson),
    ReplyTo: head.replyTo.map(addressJson),
    Subject: head.subject,
    Tags: mail.tags,
    Username: mail.client?.user ?? "",
    Size: mail.raw.length,
  };
}

function addressJson({ name, address }: ParsedMailbox): AddressJson {
  return { Name: name, Address: address };
}

function attachmentJson(part: Part): AttachmentJson {
  const { content } = part;
  const hash = (algorithm: string): string => createHash(algorithm).update(content).digest("hex");
  return {
    PartID: part.id,
    FileName: part.fileName || part.contentId,
    ContentType: part.type,
    ContentID: part.contentId,
    Size: content.length,
    Checksums: { MD5: hash("md5"), SHA1: hash("sha1"), SHA256: hash("sha256") },
  };
}
