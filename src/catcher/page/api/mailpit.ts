import { readJson, readText, submit } from "./http.ts";

/** An address as mailpit's API writes it. */
export interface MailAddress {
  /** The display name, or an empty string. */
  readonly Name: string;
  /** The address. */
  readonly Address: string;
}

/** What the list shows of a message. */
export interface Summary {
  readonly ID: string;
  readonly MessageID: string;
  readonly Read: boolean;
  readonly From: MailAddress | null;
  readonly To: readonly MailAddress[] | null;
  readonly Cc: readonly MailAddress[] | null;
  readonly Bcc: readonly MailAddress[] | null;
  readonly Subject: string;
  readonly Created: string;
  readonly Username?: string;
  readonly Tags: readonly string[] | null;
  readonly Size: number;
  readonly Attachments: number;
  readonly Snippet: string;
}

/** A page of the list. */
export interface SummaryPage {
  readonly total: number;
  readonly unread: number;
  readonly messages_count: number;
  readonly start: number;
  readonly tags: readonly string[] | null;
  readonly messages: readonly Summary[];
}

/** A part of a message that is not its text. */
export interface Attachment {
  readonly PartID: string;
  readonly FileName: string;
  readonly ContentType: string;
  readonly ContentID: string;
  readonly Size: number;
  readonly Checksums?: { readonly SHA256?: string };
}

/** A message, parsed. */
export interface Message {
  readonly ID: string;
  readonly MessageID: string;
  readonly From: MailAddress | null;
  readonly To: readonly MailAddress[] | null;
  readonly Cc: readonly MailAddress[] | null;
  readonly Bcc: readonly MailAddress[] | null;
  readonly ReplyTo: readonly MailAddress[] | null;
  readonly ReturnPath: string;
  readonly Subject: string;
  readonly Date: string;
  readonly Tags: readonly string[] | null;
  readonly Username?: string;
  readonly Text: string;
  readonly HTML: string;
  readonly Size: number;
  readonly Inline: readonly Attachment[] | null;
  readonly Attachments: readonly Attachment[] | null;
}

/** What the settings of the catcher mean for the page. */
export interface WebUi {
  readonly MessageRelay?: {
    readonly Enabled: boolean;
    readonly SMTPServer?: string;
    readonly AllowedRecipients?: string;
  };
  readonly [other: string]: unknown;
}

/** One rule of HTML or CSS that some mail clients do not support. */
export interface HtmlWarning {
  readonly Slug: string;
  readonly Title: string;
  readonly Description: string;
  readonly URL: string;
  readonly Category: string;
  readonly Results: readonly {
    readonly Name: string;
    readonly Support: "yes" | "no" | "partial" | "unknown";
    readonly NoteNumber: string;
  }[];
  readonly NotesByNumber: Readonly<Record<string, string>>;
  readonly Score: {
    readonly Found: number;
    readonly Supported: number;
    readonly Partial: number;
    readonly Unsupported: number;
  };
}

/** How well mail clients support the HTML of a message. */
export interface HtmlCheck {
  readonly Warnings: readonly HtmlWarning[] | null;
  readonly Total: {
    readonly Tests: number;
    readonly Nodes: number;
    readonly Supported: number;
    readonly Partial: number;
    readonly Unsupported: number;
  };
}

const root = "api/v1";

/** The path of a message, for the routes below it. */
export function messagePath(id: string, rest = ""): string {
  return `${root}/message/${encodeURIComponent(id)}${rest}`;
}

/** Reads a part of the list: of all mails if the query is empty. */
export function readPage(query: string, start: number, limit: number): Promise<SummaryPage> {
  const range = `start=${start}&limit=${limit}`;
  if (query === "") return readJson(`${root}/messages?${range}`);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return readJson(
    `${root}/search?query=${encodeURIComponent(query)}&tz=${encodeURIComponent(zone)}&${range}`,
  );
}

/** Reads a message, which marks it as read. */
export function readMessage(id: string, signal?: AbortSignal): Promise<Message> {
  return readJson(messagePath(id), signal);
}

/** Reads all header fields, with every value of each. */
export function readHeaders(id: string, signal?: AbortSignal): Promise<Record<string, string[]>> {
  return readJson(messagePath(id, "/headers"), signal);
}

/** Reads the source of a message. */
export function readSource(id: string, signal?: AbortSignal): Promise<string> {
  return readText(messagePath(id, "/raw"), signal);
}

/** Checks the HTML of a message against what mail clients support. */
export function readHtmlCheck(id: string, signal?: AbortSignal): Promise<HtmlCheck> {
  return readJson(messagePath(id, "/html-check"), signal);
}

/** Reads the settings that concern the page. */
export function readWebUi(): Promise<WebUi> {
  return readJson(`${root}/webui`);
}

/** Marks mails as read or unread; all of them if none are named. */
export function markRead(ids: readonly string[], read: boolean): Promise<string> {
  return submit("PUT", `${root}/messages`, { IDs: ids, Read: read });
}

/** Deletes the named mails. */
export function deleteMails(ids: readonly string[]): Promise<string> {
  return submit("DELETE", `${root}/messages`, { IDs: ids });
}

/** Deletes all mails, or all that a query finds. */
export function deleteAll(query: string): Promise<string> {
  if (query === "") return submit("DELETE", `${root}/messages`);
  return submit("DELETE", `${root}/search?query=${encodeURIComponent(query)}`);
}

/** Replaces the tags of a mail. */
export function setTags(id: string, tags: readonly string[]): Promise<string> {
  return submit("PUT", `${root}/tags`, { IDs: [id], Tags: tags });
}

/** Sends a mail on through the relay. */
export function releaseMail(id: string, to: readonly string[]): Promise<string> {
  return submit("POST", messagePath(id, "/release"), { To: to });
}

/** Puts a mail into the catcher without SMTP. */
export function sendMail(mail: unknown): Promise<string> {
  return submit("POST", `${root}/send`, mail);
}
