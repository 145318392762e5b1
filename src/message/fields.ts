import type { Envelope } from "../address/envelope.ts";
import type { MailboxInput } from "../address/mailbox.ts";
import type { BoundarySource } from "../mime/boundary.ts";
import type { DateInput } from "../mime/date-time.ts";
import { refuseUnknown } from "../mime/known-fields.ts";
import { MessageError } from "../mime/message-error.ts";
import { type Pairs, readPairs } from "../mime/pairs.ts";
import type { Part } from "../mime/part.ts";
import type { SinglePart } from "../mime/single-part.ts";
import type { Attachment } from "./attachment.ts";
import type { AutoSubmitted } from "./auto-submitted.ts";
import type { EnvelopeFields, MessageBuilder, OneOrMore, RecipientInput } from "./builder.ts";
import type { CalendarOptions } from "./calendar.ts";
import type { ListUnsubscribeOptions } from "./list-unsubscribe.ts";
import type { Priority } from "./priority.ts";
import type { ResentFields } from "./resent.ts";
import type { Signer } from "./signer.ts";

/** A message as one object; what each field means is said at the builder's method of the same name. */
export interface MessageFields {
  /** The authors; several need a `sender`. */
  readonly from?: OneOrMore<MailboxInput> | undefined;
  /** The recipients, a string being one mailbox; groups too. */
  readonly to?: OneOrMore<RecipientInput> | undefined;
  /** Who gets a copy. */
  readonly cc?: OneOrMore<RecipientInput> | undefined;
  /** Who gets a copy that nobody is told of: in the envelope, not in the header. */
  readonly bcc?: OneOrMore<RecipientInput> | undefined;
  /** Where answers go. */
  readonly replyTo?: OneOrMore<RecipientInput> | undefined;
  /** The Message-IDs of the mails before it in the thread. */
  readonly references?: OneOrMore<string> | undefined;
  /** Attachments, inline images and parts of your own. */
  readonly attach?: OneOrMore<Attachment | Part> | undefined;
  /** Other header fields by name: an object, a Map, or the Headers of the web. */
  readonly headers?: Pairs<OneOrMore<string>> | undefined;
  /** Who sent it, where that is not the author. */
  readonly sender?: MailboxInput | undefined;
  /** One line, in any script. */
  readonly subject?: string | undefined;
  /** Now, unless given; a string has its zone. */
  readonly date?: DateInput | undefined;
  /** Made in the domain of From unless given; with or without angle brackets. */
  readonly messageId?: string | undefined;
  /** The Message-ID of the mail it answers. */
  readonly inReplyTo?: string | undefined;
  /** The body as plain text. */
  readonly text?: string | SinglePart | undefined;
  /** The body as HTML; with `text` they are alternatives. */
  readonly html?: string | SinglePart | undefined;
  /** The whole body, in place of `text` and `html`: a text, octets or a part. */
  readonly body?: string | Uint8Array | Part | undefined;
  /** Other alternatives, such as `text/x-amp-html`. */
  readonly alternative?: OneOrMore<AlternativeFields> | undefined;
  /** An invitation, or an answer to one: the iCalendar text. */
  readonly calendar?: string | CalendarFields | undefined;
  /** Words to find it by. */
  readonly keywords?: OneOrMore<string> | undefined;
  /** Remarks on the body. */
  readonly comments?: OneOrMore<string> | undefined;
  /** Writes Importance, Priority and X-Priority. */
  readonly priority?: Priority | undefined;
  /** Says that no person wrote it (RFC 3834). */
  readonly autoSubmitted?: AutoSubmitted | undefined;
  /** How to unsubscribe, by one click where it can be (RFC 2369, RFC 8058). */
  readonly listUnsubscribe?: string | URL | ListUnsubscribeFields | undefined;
  /** Who is to be told that it was read, if the reader agrees (RFC 8098). */
  readonly dispositionNotificationTo?: OneOrMore<MailboxInput> | undefined;
  /** Resends it: the block makes the envelope (RFC 5322 3.6.6). */
  readonly resent?: OneOrMore<ResentFields> | undefined;
  /** The envelope in place of the one made of the header. */
  readonly envelope?: Envelope | EnvelopeFields | undefined;
  /** Writes Bcc into the header of a copy that is kept; no transport sends it. */
  readonly keepBcc?: boolean | undefined;
  /** Writes the header as UTF-8 (RFC 6532); the server must then offer SMTPUTF8. */
  readonly utf8Headers?: boolean | undefined;
  /** Where boundaries come from; random if not given. */
  readonly boundaries?: BoundarySource | undefined;
  /** Who signs it, each time it is sent. */
  readonly sign?: OneOrMore<Signer> | undefined;
}

/** What `alternative()` takes, as one object. */
export interface AlternativeFields {
  /** Its media type. */
  readonly type: string;
  /** The text, or a part. */
  readonly text: string | SinglePart;
}

/** What `calendar()` takes, as one object. */
export interface CalendarFields extends CalendarOptions {
  /** The iCalendar text. */
  readonly ics: string;
}

/** What `listUnsubscribe()` takes, as one object. */
export interface ListUnsubscribeFields extends ListUnsubscribeOptions {
  /** The page, or for one click the https URL that is posted to. */
  readonly url: string | URL;
}

type Set<K extends keyof MessageFields> = (
  builder: MessageBuilder,
  value: NonNullable<MessageFields[K]>,
) => unknown;

const setters: { readonly [K in keyof MessageFields]-?: Set<K> } = {
  from: (builder, value) => builder.from(value),
  to: (builder, value) => builder.to(value),
  cc: (builder, value) => builder.cc(value),
  bcc: (builder, value) => builder.bcc(value),
  replyTo: (builder, value) => builder.replyTo(value),
  references: (builder, value) => builder.references(value),
  attach: (builder, value) => builder.attach(value),
  headers: addHeaders,
  sender: (builder, value) => builder.sender(value),
  subject: (builder, value) => builder.subject(value),
  date: (builder, value) => builder.date(value),
  messageId: (builder, value) => builder.messageId(value),
  inReplyTo: (builder, value) => builder.inReplyTo(value),
  text: (builder, value) => builder.text(value),
  html: (builder, value) => builder.html(value),
  body: (builder, value) => builder.body(value),
  alternative: (builder, value) => {
    for (const item of Array.isArray(value) ? value : [value]) addAlternative(builder, item);
  },
  calendar: (builder, value) => {
    if (typeof value !== "object") return builder.calendar(value);
    refuseUnknown(value, ["ics", "method", "attach"], "calendar");
    const { ics, ...options } = value;
    return builder.calendar(ics, options);
  },
  keywords: (builder, value) => builder.keywords(value),
  comments: (builder, value) => builder.comments(value),
  priority: (builder, value) => builder.priority(value),
  autoSubmitted: (builder, value) => builder.autoSubmitted(value),
  listUnsubscribe: (builder, value) => {
    if (typeof value !== "object" || value instanceof URL) return builder.listUnsubscribe(value);
    refuseUnknown(value, ["url", "oneClick", "mailto"], "listUnsubscribe");
    const { url, ...options } = value;
    return builder.listUnsubscribe(url, options);
  },
  dispositionNotificationTo: (builder, value) => builder.dispositionNotificationTo(value),
  resent: (builder, value) => builder.resent(value),
  envelope: (builder, value) => builder.envelope(value),
  keepBcc: (builder, value) => builder.keepBcc(value),
  utf8Headers: (builder, value) => builder.utf8Headers(value),
  boundaries: (builder, value) => builder.boundaries(value),
  sign: (builder, value) => builder.sign(value),
};

/**
 * Gives a builder all fields of an object. Only the object's own fields are read; one that is `undefined` counts as
 * absent.
 *
 * @throws MessageError if a field is unknown, naming the nearest; and what the builder throws.
 */
export function readFields(builder: MessageBuilder, fields: MessageFields): MessageBuilder {
  if (typeof fields !== "object" || fields === null) throw new MessageError("fields: an object is expected");
  if ("build" in fields)
    throw new MessageError("this is a builder, and no message yet: .build() makes one of it");
  const names = Object.keys(fields);
  for (const name of names) if (name !== "headers") readField(builder, fields, name);
  // Headers last, so that one given twice is refused in whatever order the object has it.
  if (names.includes("headers")) readField(builder, fields, "headers");
  return builder;
}

function readField(builder: MessageBuilder, fields: MessageFields, name: string): void {
  if (!Object.hasOwn(setters, name)) refuseUnknown(fields, Object.keys(setters), "a message");
  const value = fields[name as keyof MessageFields];
  // The table ties each setter to the type of its own field, which TypeScript cannot follow through a key.
  if (value !== undefined) (setters[name as keyof MessageFields] as Set<never>)(builder, value as never);
}

function addAlternative(builder: MessageBuilder, fields: AlternativeFields): void {
  refuseUnknown(fields, ["type", "text"], "alternative");
  builder.alternative(fields.type, fields.text);
}

function addHeaders(builder: MessageBuilder, headers: Pairs<OneOrMore<string>>): void {
  for (const [name, values] of readPairs(headers, "headers")) {
    for (const value of Array.isArray(values) ? values : [values]) builder.header(name, value);
  }
}
