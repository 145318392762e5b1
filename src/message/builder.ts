import type { Envelope, EnvelopeFields } from "../address/envelope.ts";
import { type RecipientInput, toRecipient } from "../address/group.ts";
import { type MailboxInput, toMailbox } from "../address/mailbox.ts";
import { type BoundarySource, checkBoundary } from "../mime/boundary.ts";
import { type DateInput, dateHeader } from "../mime/date-time.ts";
import { keywordsHeader } from "../mime/keywords.ts";
import { MessageError } from "../mime/message-error.ts";
import { messageId } from "../mime/message-id.ts";
import { messageIds } from "../mime/message-ids.ts";
import type { Part } from "../mime/part.ts";
import type { SinglePart } from "../mime/single-part.ts";
import { textHeader } from "../mime/unstructured.ts";
import { type OneOrMore, readEach } from "../text/one-or-more.ts";
import type { Attachment } from "./attachment.ts";
import { type AutoSubmitted, autoSubmittedHeader } from "./auto-submitted.ts";
import { type CalendarOptions, calendarParts } from "./calendar.ts";
import { customHeader, replaceHeaders } from "./custom-header.ts";
import { Draft } from "./draft.ts";
import { toAlternative, toAttachment, toEnvelope, toPart, toTextPart } from "./inputs.ts";
import {
  type ListUnsubscribeOptions,
  listUnsubscribeHeaders,
  listUnsubscribeNames,
} from "./list-unsubscribe.ts";
import type { Message } from "./message.ts";
import { type Priority, priorityHeaders, priorityNames } from "./priority.ts";
import { type ResentFields, resentBlock } from "./resent.ts";
import { noSigner, type Signer, toSigners } from "./signer.ts";

/**
 * Gathers a message, checks each value as it comes, and builds once: after `build()` every call throws, because a
 * builder used again would carry recipients from one mail into the next. `clone()` forks it before.
 *
 * Methods in the plural sense (`from`, `to`, `cc`, `bcc`, `replyTo`, `references`, `keywords`, `comments`, `attach`,
 * `header`, `resent`) add, as does `alternative`; the others replace.
 *
 * @example
 * ```ts
 * const letter = Message.builder().from("shop@example.com").subject("News").text("Hello!");
 * const messages = readers.map((reader) => letter.clone().to(reader).build());
 * ```
 */
export class MessageBuilder {
  readonly #construct: (draft: Draft) => Message;
  #draft: Draft | undefined;

  /** Not for callers: `Message.builder()` makes one. */
  constructor(construct: (draft: Draft) => Message, draft: Draft = new Draft()) {
    this.#construct = construct;
    this.#draft = draft;
  }

  /** Adds authors; several need a `sender`. @throws AddressError */
  from(author: OneOrMore<MailboxInput>): this {
    pushAll(this.#open().from, readEach(author, "from", toMailbox));
    return this;
  }

  /** Adds recipients. @throws AddressError */
  to(recipient: OneOrMore<RecipientInput>): this {
    pushAll(this.#open().to, readEach(recipient, "to", toRecipient));
    return this;
  }

  /** Adds recipients of a copy. @throws AddressError */
  cc(recipient: OneOrMore<RecipientInput>): this {
    pushAll(this.#open().cc, readEach(recipient, "cc", toRecipient));
    return this;
  }

  /** Adds recipients whom the others do not see: in the envelope, not in the header. @throws AddressError */
  bcc(recipient: OneOrMore<RecipientInput>): this {
    pushAll(this.#open().bcc, readEach(recipient, "bcc", toRecipient));
    return this;
  }

  /** Adds where answers go. @throws AddressError */
  replyTo(mailbox: OneOrMore<RecipientInput>): this {
    pushAll(this.#open().replyTo, readEach(mailbox, "replyTo", toRecipient));
    return this;
  }

  /**
   * Adds ids of earlier mails in the thread, oldest first. A string may hold several, and be the value of a header
   * field as others wrote it: folded, with comments and phrases (RFC 5322 3.6.4, 4.5.4). `MessageIds.parse` reads what
   * is refused here.
   *
   * @throws MessageError if there is no id, or something that is neither an id nor a phrase.
   */
  references(ids: OneOrMore<string>): this {
    pushAll(this.#open().references, readEach(ids, "references", messageIds).flat());
    return this;
  }

  /** Adds attachments, or parts that stand beside the text. @throws MessageError */
  attach(attachment: OneOrMore<Attachment | Part>): this {
    pushAll(this.#open().attachments, readEach(attachment, "attach", toAttachment));
    return this;
  }

  /**
   * Adds a header of free text. A field that this builder has a method for goes there, and is refused if it is set.
   *
   * @throws MessageError if the name or value is none, the field may stand once and stands, or is not made by hand.
   */
  header(name: string, value: string): this {
    customHeader(this, this.#open(), name, value);
    return this;
  }

  /** Adds a field of keywords. @throws MessageError */
  keywords(keyword: OneOrMore<string>): this {
    const keywords = readEach(keyword, "keywords", (item) => item);
    this.#open().headers.push(keywordsHeader("Keywords", keywords, "keywords"));
    return this;
  }

  /** Adds a field of remarks. @throws MessageError */
  comments(text: OneOrMore<string>): this {
    const headers = readEach(text, "comments", (item, field) => textHeader("Comments", item, field));
    pushAll(this.#open().headers, headers);
    return this;
  }

  /**
   * Adds a block of Resent-* fields, above those that are there: the mail goes on as it is, and the last block makes
   * the envelope.
   *
   * @throws MessageError or AddressError
   */
  resent(fields: OneOrMore<ResentFields>): this {
    pushAll(this.#open().resent, readEach(fields, "resent", resentBlock));
    return this;
  }

  /** Who sent the mail, where it is not the author; also the sender of the envelope. @throws AddressError */
  sender(mailbox: MailboxInput): this {
    this.#open().sender = toMailbox(mailbox, "sender");
    return this;
  }

  /** @throws MessageError if it holds a line break or another control character. */
  subject(text: string): this {
    this.#open().subject = textHeader("Subject", text, "subject");
    return this;
  }

  /** The date; that of building if not given. A string keeps its zone. @throws MessageError */
  date(date: DateInput): this {
    this.#open().date = dateHeader("Date", date, "date");
    return this;
  }

  /** The id; random under the domain of the author if not given. @throws MessageError */
  messageId(id: string): this {
    this.#open().messageId = messageId(id, "messageId");
    return this;
  }

  /** The id of the mail that this one answers, or several; read as in `references`. @throws MessageError */
  inReplyTo(id: string): this {
    this.#open().inReplyTo = messageIds(id, "inReplyTo");
    return this;
  }

  /** The plain text, or a part of type text/plain, which messages can share. @throws MessageError */
  text(text: string | SinglePart): this {
    this.#open().text = toTextPart(text, "text/plain", "text");
    return this;
  }

  /** The HTML, or a part of type text/html, which messages can share. @throws MessageError */
  html(html: string | SinglePart): this {
    this.#open().html = toTextPart(html, "text/html", "html");
    return this;
  }

  /**
   * Adds a form of the content, such as `text/x-amp-html`; one of each type. It stands between text and HTML.
   *
   * @throws MessageError if the type is not valid, was given before, or is that of text, HTML or calendar, which have
   * methods of their own.
   */
  alternative(type: string, text: string | SinglePart): this {
    const part = toAlternative(type, text);
    const own = ownMethods.get(part.type);
    if (own !== undefined)
      throw new MessageError(`alternative: use ${own}() for ${part.type}`, { field: "alternative" });
    const { alternatives } = this.#open();
    if (alternatives.some(({ type: other }) => other === part.type))
      throw new MessageError(`alternative: there is a form of type ${part.type} already`, {
        field: "alternative",
      });
    alternatives.push(part);
    return this;
  }

  /**
   * An invitation, or another calendar that is not only a file (RFC 6047): the text of an iCalendar object.
   *
   * @throws MessageError if it is none, or its METHOD is missing or is not the one given.
   */
  calendar(ics: string, options: CalendarOptions = {}): this {
    this.#open().calendar = calendarParts(ics, options);
    return this;
  }

  /** How urgent the mail is. @throws MessageError */
  priority(priority: Priority): this {
    replaceHeaders(this.#open(), priorityNames, priorityHeaders(priority));
    return this;
  }

  /** Says that a program wrote the mail, so that no program answers it (RFC 3834). @throws MessageError */
  autoSubmitted(kind: AutoSubmitted = "auto-generated"): this {
    replaceHeaders(this.#open(), ["Auto-Submitted"], [autoSubmittedHeader(kind)]);
    return this;
  }

  /** How a reader leaves the list (RFC 2369, RFC 8058). @throws MessageError or AddressError */
  listUnsubscribe(url: string | URL, options: ListUnsubscribeOptions = {}): this {
    replaceHeaders(this.#open(), listUnsubscribeNames, listUnsubscribeHeaders(url, options));
    return this;
  }

  /** Asks that readers tell these when the mail is read (RFC 8098). @throws AddressError */
  dispositionNotificationTo(mailbox: OneOrMore<MailboxInput>): this {
    this.#open().dispositionNotificationTo = readEach(mailbox, "dispositionNotificationTo", toMailbox);
    return this;
  }

  /** The content in place of text and html: plain text, octets, or a part as it is. @throws MessageError */
  body(body: string | Uint8Array | Part): this {
    this.#open().body = toPart(body);
    return this;
  }

  /** The envelope in place of the one made of the header. @throws AddressError */
  envelope(envelope: Envelope | EnvelopeFields): this {
    this.#open().envelope = toEnvelope(envelope);
    return this;
  }

  /**
   * Writes Bcc into the header of what `formatted()`, `bytes()`, `stream()` and `save()` give, for a copy that is kept.
   * No transport sends it. @throws MessageError if `keep` is no boolean
   */
  keepBcc(keep = true): this {
    this.#open().keepBcc = checkSwitch(keep, "keepBcc");
    return this;
  }

  /**
   * Writes text in the header as UTF-8 in place of encoded words (RFC 6532). The mail then needs SMTPUTF8 wherever such
   * text stands in it.
   */
  utf8Headers(use = true): this {
    this.#open().utf8Headers = checkSwitch(use, "utf8Headers");
    return this;
  }

  /** Where boundaries come from; random if not given. With date and id given too, the octets are always the same. */
  boundaries(source: BoundarySource): this {
    if (typeof source !== "function")
      throw new MessageError("boundaries: a function is expected", { field: "boundaries" });
    this.#open().boundaries = () => checkBoundary(source());
    return this;
  }

  /**
   * Signs the message each time it is sent or written; several signers sign side by side. A signed message is encoded
   * for a 7-bit way, so that no server on its way has a reason to change it.
   *
   * @throws MessageError if one is no signer.
   */
  sign(signer: OneOrMore<Signer>): this {
    const signers = toSigners(signer);
    if (signers === undefined) throw new MessageError(`sign: ${noSigner}`, { field: "sign" });
    this.#open().signers = signers;
    return this;
  }

  /** A second builder that has what this one has; from here on they share nothing. */
  clone(): MessageBuilder {
    return new MessageBuilder(this.#construct, this.#open().copy());
  }

  /**
   * Makes the message and ends the builder.
   *
   * @throws MessageError if there is no author, no recipient, or what was given does not go together.
   */
  build(): Message {
    const message = this.#construct(this.#open());
    this.#draft = undefined;
    return message;
  }

  #open(): Draft {
    if (this.#draft !== undefined) return this.#draft;
    throw new MessageError("the message is built; clone() the builder before build() to make another");
  }
}

/** Forms of the content that have their place by a method. */
const ownMethods = new Map([
  ["text/plain", "text"],
  ["text/html", "html"],
  ["text/calendar", "calendar"],
]);

/** `"false"` from a form or from JSON is no `false`. */
function checkSwitch(value: unknown, field: string): boolean {
  if (typeof value === "boolean") return value;
  throw new MessageError(`${field}: true or false is expected`, { field });
}

/** One by one: as arguments of `push`, a hundred thousand would not fit on the stack. */
function pushAll<T>(list: T[], items: readonly T[]): void {
  for (const item of items) list.push(item);
}
