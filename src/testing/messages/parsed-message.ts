import { decodeWords } from "../../mime/reading/encoded-words.ts";
import { type Entity, readStructure } from "../../mime/reading/entity.ts";
import { firstValue, type ParsedHeader } from "../../mime/reading/head.ts";
import { parameter } from "../../mime/reading/structured-value.ts";
import { decodeBody } from "../../mime/reading/transfer-encoding.ts";
import { loadTextDecoding, type TextDecoding } from "../../text/charsets/web-charset.ts";
import { unflow } from "./reading/flowed.ts";
import { withLf } from "./reading/line-ends.ts";
import { type ParsedMailbox, readMailboxes } from "./reading/mailboxes.ts";

/** An attachment or inline part of a captured message. */
export interface ParsedAttachment {
  /** The name, decoded. */
  readonly filename?: string;
  /** The media type, in lower case: `"application/pdf"`. */
  readonly type: string;
  /** The bytes after the transfer encoding was decoded. Do not change them. */
  readonly content: Buffer;
  /** Without its angle brackets. */
  readonly contentId?: string;
  /** `"attachment"` or `"inline"`. */
  readonly disposition?: string;
}

/** A message as a mail program shows it. */
export interface ParsedMessage {
  /** The subject, decoded. */
  readonly subject?: string;
  /** The author. */
  readonly from?: ParsedMailbox;
  /** The Sender field. */
  readonly sender?: ParsedMailbox;
  /** The To field, with members of groups. */
  readonly to: readonly ParsedMailbox[];
  /** The Cc field, with members of groups. */
  readonly cc: readonly ParsedMailbox[];
  /** The Reply-To field. */
  readonly replyTo: readonly ParsedMailbox[];
  /** The plain text, decoded, with LF as line end. Several parts are joined. */
  readonly text?: string;
  /** The HTML, decoded and joined like the text. */
  readonly html?: string;
  /** The Date field. */
  readonly date?: Date;
  /** With its angle brackets. */
  readonly messageId?: string;
  /** The attachments in their order; an attached message is one of them. */
  readonly attachments: readonly ParsedAttachment[];
  /** All header fields, in the order of the message. */
  readonly headers: readonly ParsedHeader[];
  /** What was not read because it exceeds a limit that no ordinary mail reaches, such as parts nested hundreds deep. */
  readonly incomplete?: string;
}

/** Parses a message. */
export type MessageParser = (raw: Buffer) => ParsedMessage;

/**
 * Loads a parser of messages, with the tables of all charsets. Structure and transfer encodings are read here, in one
 * pass and within limits, addresses by postal-mime. None of this code is shared with the code that builds messages.
 */
export async function loadMessageParser(): Promise<MessageParser> {
  const decode = await loadTextDecoding();
  return (raw) => parse(raw, decode);
}

/** Parses one message. */
export async function parseMessage(raw: Buffer): Promise<ParsedMessage> {
  return (await loadMessageParser())(raw);
}

/** How many bytes a parsed message needs besides those of the message itself, approximately. */
export function octetsHeld(
  { text = "", html = "", attachments, headers, to, cc }: ParsedMessage,
  raw: Buffer,
): number {
  let octets = OBJECT * (headers.length + to.length + cc.length);
  for (const each of [text, html, ...headers.map(({ value }) => value)])
    octets += /^[\0-\xff]*$/.test(each) ? each.length : 2 * each.length;
  for (const { content } of attachments) octets += content.buffer === raw.buffer ? OBJECT : content.length;
  return octets;
}

/** The size of an object, approximately. */
const OBJECT = 100;

function parse(raw: Buffer, decode: TextDecoding): ParsedMessage {
  const { message, left } = readStructure(raw);
  const { fields } = message;
  const contents: Contents = { text: [], html: [], attachments: [] };
  collect(message, contents, decode);
  const words = (name: string): string | undefined => {
    const value = firstValue(fields, name);
    return value === undefined ? undefined : decodeWords(value, decode);
  };
  const mailboxes = (name: string): ParsedMailbox[] => {
    const found: ParsedMailbox[] = [];
    for (const field of fields) {
      if (field.name.toLowerCase() !== name) continue;
      for (const each of readMailboxes(field.value, MOST_MAILBOXES - found.length, decode)) found.push(each);
    }
    return found;
  };
  const first = (name: string) => readMailboxes(firstValue(fields, name) ?? "", 1, decode)[0];
  const date = new Date((firstValue(fields, "date") ?? "").slice(0, LONGEST_DATE));
  return {
    ...defined({
      subject: words("subject"),
      from: first("from"),
      sender: first("sender"),
      text: joined(contents.text),
      html: joined(contents.html),
      messageId: words("message-id"),
      date: Number.isNaN(date.getTime()) ? undefined : date,
      incomplete: left,
    }),
    to: mailboxes("to"),
    cc: mailboxes("cc"),
    replyTo: mailboxes("reply-to"),
    attachments: contents.attachments,
    headers: fields,
  };
}

/** How many mailboxes of a field are returned. */
const MOST_MAILBOXES = 100_000;
const LONGEST_DATE = 200;

interface Contents {
  readonly text: string[];
  readonly html: string[];
  readonly attachments: ParsedAttachment[];
}

function collect(entity: Entity, contents: Contents, decode: TextDecoding): void {
  const { value: type } = entity.type;
  // A multipart whose parts could not be read shows nothing.
  if (type.startsWith("multipart/")) for (const part of entity.parts) collect(part, contents, decode);
  else if ((type === "text/plain" || type === "text/html") && entity.disposition.value !== "attachment") {
    if (entity.hasBody) contents[type === "text/html" ? "html" : "text"].push(textOf(entity, decode));
  } else contents.attachments.push(attachmentOf(entity, decode));
}

function textOf({ body, encoding, type }: Entity, decode: TextDecoding): string {
  const { parameters } = type;
  const text = decodeText(decodeBody(body, encoding), parameters.get("charset"), decode);
  if (parameters.get("format")?.toLowerCase() !== "flowed") return text;
  return unflow(text, parameters.get("delsp")?.toLowerCase() === "yes");
}

/** Its lines end in LF. In all charsets except those with wide units, the octets of CR and LF have no other meaning. */
function decodeText(octets: Buffer, charset: string | undefined, decode: TextDecoding): string {
  if (charset !== undefined && /16|32|ucs|unicode/i.test(charset))
    return decode(octets, charset).replace(/\r\n?/g, "\n");
  return decode(withLf(octets), charset);
}

/** Parts are separated by a line end anyway. */
function joined(texts: readonly string[]): string | undefined {
  if (texts.length === 0) return undefined;
  const last = texts.length - 1;
  return texts.map((text, index) => (index === last || text.endsWith("\n") ? text : `${text}\n`)).join("");
}

function attachmentOf(
  { fields, type, disposition, body, encoding }: Entity,
  decode: TextDecoding,
): ParsedAttachment {
  const filename = parameter(disposition, "filename", decode) ?? parameter(type, "name", decode);
  return {
    ...defined({
      filename: filename === undefined ? undefined : decodeWords(filename, decode),
      contentId: firstValue(fields, "content-id")?.replace(/^<|>$/g, ""),
      disposition: disposition.value === "" ? undefined : disposition.value,
    }),
    type: type.value,
    content: decodeBody(body, encoding),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that are `undefined`. */
function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
