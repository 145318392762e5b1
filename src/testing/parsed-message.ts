import PostalMime, { type Email, type Address as ParsedAddress } from "postal-mime";
import { legible } from "./legible.ts";

/** A mailbox in a header of a message that was caught. */
export interface ParsedMailbox {
  /** The display name; empty where there is none. */
  readonly name: string;
  /** The address, as it is written. */
  readonly address: string;
}

/** An attachment, or an inline part, of a message that was caught. */
export interface ParsedAttachment {
  /** The name, decoded. */
  readonly filename?: string;
  /** The media type, in lower case: `"application/pdf"`. */
  readonly type: string;
  /** Decoded. */
  readonly content: Buffer;
  /** Without its angle brackets. */
  readonly contentId?: string;
  /** `"attachment"` or `"inline"`. */
  readonly disposition?: string;
}

/** A header field, unfolded, not decoded. */
export interface ParsedHeader {
  /** As it was written. */
  readonly name: string;
  /** The value, unfolded and not decoded. */
  readonly value: string;
}

/** What a mail program makes of a message. */
export interface ParsedMessage {
  /** The subject, decoded. */
  readonly subject?: string;
  /** The author. */
  readonly from?: ParsedMailbox;
  /** The Sender field. */
  readonly sender?: ParsedMailbox;
  /** Members of groups are among them. */
  readonly to: readonly ParsedMailbox[];
  /** The Cc field; members of groups are among them. */
  readonly cc: readonly ParsedMailbox[];
  /** The Reply-To field. */
  readonly replyTo: readonly ParsedMailbox[];
  /** The plain text, decoded. */
  readonly text?: string;
  /** The HTML, decoded. */
  readonly html?: string;
  /** The Date field. */
  readonly date?: Date;
  /** With its angle brackets. */
  readonly messageId?: string;
  /** What is attached, in its order. */
  readonly attachments: readonly ParsedAttachment[];
  /** In the order of the message, with everything that stands there more than once. */
  readonly headers: readonly ParsedHeader[];
}

/** Parses a message with postal-mime, which shares no line with what built it. What cannot be parsed has no fields. */
export async function parseMessage(raw: Buffer): Promise<ParsedMessage> {
  try {
    return fromEmail(await PostalMime.parse(legible(raw)));
  } catch {
    return { to: [], cc: [], replyTo: [], attachments: [], headers: [] };
  }
}

function fromEmail(email: Email): ParsedMessage {
  const [from] = mailboxes(email.from);
  const [sender] = mailboxes(email.sender);
  const date = email.date === undefined ? undefined : new Date(email.date);
  return {
    ...defined({
      subject: email.subject,
      from,
      sender,
      text: email.text,
      html: email.html,
      messageId: email.messageId,
    }),
    ...(date !== undefined && !Number.isNaN(date.getTime()) && { date }),
    to: mailboxes(...(email.to ?? [])),
    cc: mailboxes(...(email.cc ?? [])),
    replyTo: mailboxes(...(email.replyTo ?? [])),
    attachments: email.attachments.map(fromAttachment),
    headers: email.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
  };
}

function mailboxes(...addresses: readonly (ParsedAddress | undefined)[]): ParsedMailbox[] {
  return addresses.flatMap((address) => {
    if (address === undefined) return [];
    const members = address.group ?? [address];
    return members.map((member) => ({ name: member.name, address: member.address }));
  });
}

function fromAttachment({
  filename,
  mimeType,
  content,
  contentId,
  disposition,
}: Email["attachments"][number]): ParsedAttachment {
  return {
    ...defined({
      filename: filename ?? undefined,
      contentId: contentId?.replace(/^<|>$/g, ""),
      disposition: disposition ?? undefined,
    }),
    type: mimeType,
    content: typeof content === "string" ? Buffer.from(content) : Buffer.from(content as Uint8Array),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that are not there. */
function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
