import { type Entity, readStructure } from "../../mime/reading/entity.ts";
import type { ParsedHeader } from "../../mime/reading/head.ts";
import { bodyOctets } from "../reading/head-facts.ts";
import type { StoredMail } from "../store/stored-mail.ts";

/** A mail as MailHog shows it. */
export interface MailHogMessage {
  readonly ID: string;
  readonly From: PathJson;
  readonly To: readonly PathJson[];
  readonly Content: ContentJson;
  readonly Created: string;
  readonly MIME: MimeJson | null;
  readonly Raw: {
    readonly From: string;
    readonly To: readonly string[];
    readonly Data: string;
    readonly Helo: string;
  };
}

/** An address of the envelope. */
export interface PathJson {
  readonly Relays: null;
  readonly Mailbox: string;
  readonly Domain: string;
  readonly Params: string;
}

/** A mail or a part: header fields as they are written, and the body with its transfer encoding. */
export interface ContentJson {
  readonly Headers: Readonly<Record<string, readonly string[]>>;
  readonly Body: string;
  readonly Size: number;
  readonly MIME: MimeJson | null;
}

/** The parts of a multipart. */
export interface MimeJson {
  readonly Parts: readonly ContentJson[];
}

/** A mail as MailHog shows it. */
export function mailHogMessage(mail: StoredMail): MailHogMessage {
  const { id, raw, envelope, receivedAt, client } = mail;
  const { message } = readStructure(raw);
  const { Headers, MIME } = contentJson(message);
  const data = raw.toString();
  return {
    ID: id,
    From: pathJson(envelope.from),
    To: envelope.to.map(pathJson),
    Content: {
      Headers: withTrace(Headers, mail),
      Body: bodyOctets(raw).toString(),
      Size: raw.length,
      MIME: null,
    },
    Created: receivedAt.toISOString(),
    MIME,
    Raw: { From: envelope.from, To: envelope.to, Data: data, Helo: client?.hello ?? "" },
  };
}

/** A part of a mail by its number in MailHog: the first is 0. */
export function mailHogPart(mail: StoredMail, number: number): Entity | undefined {
  return readStructure(mail.raw).message.parts[number];
}

/** The fields that MailHog adds. */
function withTrace(
  headers: Readonly<Record<string, readonly string[]>>,
  { id, envelope }: StoredMail,
): Readonly<Record<string, readonly string[]>> {
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  return {
    ...headers,
    ...(!names.has("message-id") && { "Message-ID": [id] }),
    ...(!names.has("return-path") && { "Return-Path": [`<${envelope.from}>`] }),
  };
}

function contentJson({ fields, body, parts, type }: Entity): ContentJson {
  const isMultipart = type.value.startsWith("multipart/");
  return {
    Headers: headersJson(fields),
    // What is in the parts is not repeated: nested a hundred times, it would fill the memory.
    Body: isMultipart ? "" : body.toString(),
    Size: body.length,
    MIME: isMultipart ? { Parts: parts.map(contentJson) } : null,
  };
}

function headersJson(fields: readonly ParsedHeader[]): Record<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const { name, value } of fields) {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return Object.fromEntries(values);
}

function pathJson(address: string): PathJson {
  const at = address.indexOf("@");
  const [mailbox, domain] = at === -1 ? [address, ""] : [address.slice(0, at), address.slice(at + 1)];
  return { Relays: null, Mailbox: mailbox, Domain: domain, Params: "" };
}
