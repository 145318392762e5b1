import { loadTextDecoding, type TextDecoding } from "../../text/charsets/web-charset.ts";
import { decodeWords } from "./reading/encoded-words.ts";
import { type Entity, readStructure } from "./reading/entity.ts";
import { unflow } from "./reading/flowed.ts";
import { firstValue, type ParsedHeader } from "./reading/head.ts";
import { withLf } from "./reading/line-ends.ts";
import { type ParsedMailbox, readMailboxes } from "./reading/mailboxes.ts";
import { parameter } from "./reading/structured-value.ts";
import { decodeBody } from "./reading/transfer-encoding.ts";

/** An attachment, or an inline part, of a message that was caught. */
export interface ParsedAttachment {
  /** The name, decoded. */
  readonly filename?: string;
  /** The media type, in lower case: `"application/pdf"`. */
  readonly type: string;
  /** The octets, of which nothing but the transfer encoding is undone: not to be changed. */
  readonly content: Buffer;
  /** Without its angle brackets. */
  readonly contentId?: string;
  /** `"attachment"` or `"inline"`. */
  readonly disposition?: string;
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
  /** The plain text, decoded; its lines end in LF, however they were sent. Of several parts, one behind the other. */
  readonly text?: string;
  /** The HTML, decoded, as the text is. */
  readonly html?: string;
  /** The Date field. */
  readonly date?: Date;
  /** With its angle brackets. */
  readonly messageId?: string;
  /** What is attached, in its order; a message that is a part is one of them. */
  readonly attachments: readonly ParsedAttachment[];
  /** In the order of the message, with everything that stands there more than once. */
  readonly headers: readonly ParsedHeader[];
  /** What was not looked at, because it is beyond what any mail has: such as parts nested hundreds deep. */
  readonly incomplete?: string;
}

/** A message that can be parsed at once, when somebody asks. */
export interface Parsable {
  parse(): ParsedMessage;
}

/**
 * Gets ready to parse a message: the charsets it names are there afterwards. The structure and the transfer encodings
 * are read here, in one pass and within limits; addresses by postal-mime. None of it shares a line with what builds
 * messages.
 */
export async function parsable(raw: Buffer): Promise<Parsable> {
  const decode = await loadTextDecoding(labels(readStructure(raw).message));
  return { parse: () => parse(raw, decode) };
}

/** Parses a message. */
export async function parseMessage(raw: Buffer): Promise<ParsedMessage> {
  return (await parsable(raw)).parse();
}

/** How many octets a parsed message holds besides those of the message itself, about. */
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

/** What an object takes, about. */
const OBJECT = 100;

/** The charsets that a message names. */
function* labels(entity: Entity): Generator<string, void, void> {
  for (const { value } of entity.fields)
    for (const [, first, second, third] of value.matchAll(LABEL)) yield first ?? second ?? (third as string);
  for (const part of entity.parts) yield* labels(part);
}

/** In a parameter of Content-Type, an encoded word, and an encoded parameter. */
const LABEL =
  /charset\*?0?\*?\s?=\s?"?([^\s";'?*]{1,40})|=\?([^?\s*]{1,40})[?*]|\*0?\*?\s?=\s?"?([\w.:-]{1,40})'/gi;

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

/** So many of a field are told. */
const MOST_MAILBOXES = 100_000;
const LONGEST_DATE = 200;

interface Contents {
  readonly text: string[];
  readonly html: string[];
  readonly attachments: ParsedAttachment[];
}

function collect(entity: Entity, contents: Contents, decode: TextDecoding): void {
  const { value: type } = entity.type;
  // One whose parts could not be read has nothing to show.
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

/** Its lines end in LF. In all charsets but those of wide units CR and LF are octets that are nothing else. */
function decodeText(octets: Buffer, charset: string | undefined, decode: TextDecoding): string {
  if (charset !== undefined && /16|32|ucs|unicode/i.test(charset))
    return decode(octets, charset).replace(/\r\n?/g, "\n");
  return decode(withLf(octets), charset);
}

/** Between two parts there is a line end anyhow. */
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

/** Without the fields that are not there. */
function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
