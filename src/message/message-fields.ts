import type { Envelope, EnvelopeFields } from "../address/envelope.ts";
import type { RecipientInput } from "../address/group.ts";
import type { MailboxInput } from "../address/mailbox.ts";
import type { BoundarySource } from "../mime/boundary.ts";
import type { DateInput } from "../mime/date-time.ts";
import { refuseUnknown } from "../mime/known-fields.ts";
import { MessageError, wrongField } from "../mime/message-error.ts";
import { type Pairs, readPairs } from "../mime/pairs.ts";
import type { Part } from "../mime/part.ts";
import type { SinglePart } from "../mime/single-part.ts";
import { type OneOrMore, readEach } from "../text/options/one-or-more.ts";
import type { Attachment } from "./attachment.ts";
import type { AutoSubmitted } from "./auto-submitted.ts";
import type { CalendarOptions } from "./calendar.ts";
import type { ListUnsubscribeOptions } from "./list-unsubscribe.ts";
import type { Priority } from "./priority.ts";
import type { ResentFields } from "./resent.ts";
import type { Signer } from "./signer.ts";

/** A message as one object. The builder's method of the same name describes each field. */
export interface MessageFields {
  /** The authors; several need a `sender`. */
  readonly from?: OneOrMore<MailboxInput> | undefined;
  /** The recipients: a string is one mailbox; groups are allowed. */
  readonly to?: OneOrMore<RecipientInput> | undefined;
  /** The recipients of a copy. */
  readonly cc?: OneOrMore<RecipientInput> | undefined;
  /** The recipients of a blind copy: they are in the envelope, not in the header. */
  readonly bcc?: OneOrMore<RecipientInput> | undefined;
  /** The mailboxes for answers. */
  readonly replyTo?: OneOrMore<RecipientInput> | undefined;
  /** The Message-IDs of earlier mails in the thread. */
  readonly references?: OneOrMore<string> | undefined;
  /** Attachments, inline images and other parts. */
  readonly attach?: OneOrMore<Attachment | Part> | undefined;
  /** Other header fields by name: an object, a Map, or the Headers of the web. */
  readonly headers?: Pairs<OneOrMore<string>> | undefined;
  /** The sender, if it is not the author. */
  readonly sender?: MailboxInput | undefined;
  /** One line, in any script. */
  readonly subject?: string | undefined;
  /** The date; by default now. A string must have a time zone. */
  readonly date?: DateInput | undefined;
  /** The id, with or without angle brackets; by default a random one in the domain of From. */
  readonly messageId?: string | undefined;
  /** The Message-ID of the mail that this one answers. */
  readonly inReplyTo?: string | undefined;
  /** The body as plain text. */
  readonly text?: string | SinglePart | undefined;
  /** The body as HTML; with `text` they are alternatives. */
  readonly html?: string | SinglePart | undefined;
  /** The whole body, instead of `text` and `html`: a text, bytes or a part. */
  readonly body?: string | Uint8Array | Part | undefined;
  /** Other alternatives, such as `text/x-amp-html`. */
  readonly alternative?: OneOrMore<AlternativeFields> | undefined;
  /** An invitation, or an answer to one: the iCalendar text. */
  readonly calendar?: string | CalendarFields | undefined;
  /** Words to find the mail by. */
  readonly keywords?: OneOrMore<string> | undefined;
  /** Remarks on the body. */
  readonly comments?: OneOrMore<string> | undefined;
  /** Writes Importance, Priority and X-Priority. */
  readonly priority?: Priority | undefined;
  /** Marks the mail as written by a program (RFC 3834). */
  readonly autoSubmitted?: AutoSubmitted | undefined;
  /** How to unsubscribe, also with one click (RFC 2369, RFC 8058). */
  readonly listUnsubscribe?: string | URL | ListUnsubscribeFields | undefined;
  /** Who is notified when the mail is read, if the reader agrees (RFC 8098). */
  readonly dispositionNotificationTo?: OneOrMore<MailboxInput> | undefined;
  /** Resends the mail: the last block determines the envelope (RFC 5322 3.6.6). */
  readonly resent?: OneOrMore<ResentFields> | undefined;
  /** The envelope, instead of the one made from the header. */
  readonly envelope?: Envelope | EnvelopeFields | undefined;
  /** Writes Bcc into the header of a copy that is kept; no transport sends Bcc. */
  readonly keepBcc?: boolean | undefined;
  /** Writes the header as UTF-8 (RFC 6532), which needs SMTPUTF8. */
  readonly utf8Headers?: boolean | undefined;
  /** The source of boundaries; by default they are random. */
  readonly boundaries?: BoundarySource | undefined;
  /** The signers, each time the mail is sent. */
  readonly sign?: OneOrMore<Signer> | undefined;
}

/** The arguments of `alternative()` as one object. */
export interface AlternativeFields {
  /** Its media type. */
  readonly type: string;
  /** The text, or a part. */
  readonly text: string | SinglePart;
}

/** The arguments of `calendar()` as one object. */
export interface CalendarFields extends CalendarOptions {
  /** The iCalendar text. */
  readonly ics: string;
}

/** The arguments of `listUnsubscribe()` as one object. */
export interface ListUnsubscribeFields extends ListUnsubscribeOptions {
  /** The page; for one click the https URL that accepts the POST. */
  readonly url: string | URL;
}

/** A field that is more than the argument of the method of the same name. */
type Composed = "headers" | "alternative" | "calendar" | "listUnsubscribe";

/** A `MessageBuilder`, as far as fields need it: a method for each. */
export type FieldSetters = {
  [K in Exclude<keyof MessageFields, Composed>]-?: (value: NonNullable<MessageFields[K]>) => unknown;
} & {
  header(name: string, value: string): unknown;
  alternative(type: string, text: string | SinglePart): unknown;
  calendar(ics: string, options?: CalendarOptions): unknown;
  listUnsubscribe(url: string | URL, options?: ListUnsubscribeOptions): unknown;
};

type Setter<K extends keyof MessageFields> = (
  builder: FieldSetters,
  value: NonNullable<MessageFields[K]>,
) => unknown;

/** How a field is set, if its value is more than the argument of the method of its name. */
const known: { readonly [K in keyof MessageFields]-?: K extends Composed ? Setter<K> : true } = {
  from: true,
  to: true,
  cc: true,
  bcc: true,
  replyTo: true,
  references: true,
  attach: true,
  headers: addHeaders,
  sender: true,
  subject: true,
  date: true,
  messageId: true,
  inReplyTo: true,
  text: true,
  html: true,
  body: true,
  alternative: addAlternatives,
  calendar: setCalendar,
  keywords: true,
  comments: true,
  priority: true,
  autoSubmitted: true,
  listUnsubscribe: setListUnsubscribe,
  dispositionNotificationTo: true,
  resent: true,
  envelope: true,
  keepBcc: true,
  utf8Headers: true,
  boundaries: true,
  sign: true,
};

/**
 * Sets all fields of an object on a builder. Only the object's own fields are read; a field that is `undefined` counts
 * as absent.
 *
 * @throws MessageError if a field is unknown (it names the nearest known one), and whatever the builder throws.
 */
export function readFields<B extends FieldSetters>(builder: B, fields: MessageFields): B {
  if (typeof fields !== "object" || fields === null) throw wrongField("fields", "an object", fields);
  if ("build" in fields)
    throw new MessageError("fields: expected plain data or a Message, got a builder. Call build() first");
  const names = Object.keys(fields);
  for (const name of names) if (name !== "headers") readField(builder, fields, name);
  // Headers come last, so that a field that is set twice is refused whatever the order of the object.
  if (names.includes("headers")) readField(builder, fields, "headers");
  return builder;
}

function readField(builder: FieldSetters, fields: MessageFields, name: string): void {
  if (!Object.hasOwn(known, name)) refuseUnknown(fields, known, "a message");
  const value = fields[name as keyof MessageFields];
  if (value === undefined) return;
  const setter = known[name as keyof MessageFields];
  // The types of the table and of the builder tie each value to its field, which TypeScript cannot follow by a key.
  if (setter === true) builder[name as "subject"](value as never);
  else (setter as Setter<never>)(builder, value as never);
}

function addAlternatives(builder: FieldSetters, given: OneOrMore<AlternativeFields>): void {
  readEach(given, "alternative", (fields, field) => {
    refuseUnknown(fields, { type: true, text: true }, field);
    return builder.alternative(fields.type, fields.text);
  });
}

function setCalendar(builder: FieldSetters, value: string | CalendarFields): void {
  if (typeof value !== "object") {
    builder.calendar(value);
    return;
  }
  refuseUnknown(value, { ics: true, method: true, attach: true }, "calendar");
  const { ics, ...options } = value;
  builder.calendar(ics, options);
}

function setListUnsubscribe(builder: FieldSetters, value: string | URL | ListUnsubscribeFields): void {
  if (typeof value !== "object" || value instanceof URL) {
    builder.listUnsubscribe(value);
    return;
  }
  refuseUnknown(value, { url: true, oneClick: true, mailto: true }, "listUnsubscribe");
  const { url, ...options } = value;
  builder.listUnsubscribe(url, options);
}

function addHeaders(builder: FieldSetters, headers: Pairs<OneOrMore<string>>): void {
  for (const [name, values] of readPairs(headers, "headers")) {
    for (const value of Array.isArray(values) ? values : [values]) builder.header(name, value);
  }
}
