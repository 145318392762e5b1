import type { Envelope, EnvelopeFields } from "../address/envelope.ts";
import { type RecipientInput, toRecipient } from "../address/group.ts";
import { type MailboxInput, toMailbox } from "../address/mailbox.ts";
import { type BoundarySource, checkBoundary } from "../mime/boundary.ts";
import { type DateInput, dateHeader } from "../mime/date-time.ts";
import { keywordsHeader } from "../mime/keywords.ts";
import { MessageError, wrongField } from "../mime/message-error.ts";
import { messageId } from "../mime/message-id.ts";
import { messageIds } from "../mime/message-ids.ts";
import type { Part } from "../mime/part.ts";
import type { SinglePart } from "../mime/single-part.ts";
import { textHeader } from "../mime/unstructured.ts";
import { type OneOrMore, readEach } from "../text/options/one-or-more.ts";
import type { Attachment } from "./attachment.ts";
import { type AutoSubmitted, autoSubmittedHeader } from "./auto-submitted.ts";
import { type CalendarOptions, calendarParts } from "./calendar.ts";
import { toAlternative, toAttachment, toEnvelope, toPart, toTextPart } from "./content-inputs.ts";
import { customHeader, replaceHeaders } from "./custom-header.ts";
import { added, Draft } from "./draft.ts";
import {
  type ListUnsubscribeOptions,
  listUnsubscribeHeaders,
  listUnsubscribeNames,
} from "./list-unsubscribe.ts";
import type { Message } from "./message.ts";
import { type Priority, priorityHeaders, priorityNames } from "./priority.ts";
import { type ResentFields, resentBlock } from "./resent.ts";
import { aSigner, type Signer, toSigners } from "./signer.ts";

/**
 * Gathers the values of a message, checks each at once, and builds one message. After `build()` every call throws,
 * because a reused builder would leak recipients from one mail to the next; call `clone()` before `build()` instead.
 *
 * `from`, `to`, `cc`, `bcc`, `replyTo`, `references`, `keywords`, `comments`, `attach`, `header`, `resent` and
 * `alternative` add; the other methods replace.
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

  /** For the library only: call `Message.builder()`. */
  constructor(construct: (draft: Draft) => Message, draft: Draft = new Draft()) {
    this.#construct = construct;
    this.#draft = draft;
  }

  /** Adds authors. Several authors need a `sender`. @throws AddressError */
  from(author: OneOrMore<MailboxInput>): this {
    const draft = this.#open();
    draft.from = added(draft.from, readEach(author, "from", toMailbox));
    return this;
  }

  /** Adds recipients. @throws AddressError */
  to(recipient: OneOrMore<RecipientInput>): this {
    const draft = this.#open();
    draft.to = added(draft.to, readEach(recipient, "to", toRecipient));
    return this;
  }

  /** Adds recipients of a copy. @throws AddressError */
  cc(recipient: OneOrMore<RecipientInput>): this {
    const draft = this.#open();
    draft.cc = added(draft.cc, readEach(recipient, "cc", toRecipient));
    return this;
  }

  /** Adds recipients that the others do not see: they are in the envelope, not in the header. @throws AddressError */
  bcc(recipient: OneOrMore<RecipientInput>): this {
    const draft = this.#open();
    draft.bcc = added(draft.bcc, readEach(recipient, "bcc", toRecipient));
    return this;
  }

  /** Adds mailboxes for answers. @throws AddressError */
  replyTo(mailbox: OneOrMore<RecipientInput>): this {
    const draft = this.#open();
    draft.replyTo = added(draft.replyTo, readEach(mailbox, "replyTo", toRecipient));
    return this;
  }

  /**
   * Adds the ids of earlier mails in the thread, oldest first. A string may contain several ids, and may be the value
   * of a header field of another program: folded, with comments and phrases (RFC 5322 3.6.4, 4.5.4).
   * `MessageIds.parse` also reads what this method refuses.
   *
   * @throws MessageError if there is no id, or text that is neither an id nor a phrase.
   */
  references(ids: OneOrMore<string>): this {
    const draft = this.#open();
    draft.references = added(draft.references, readEach(ids, "references", messageIds).flat());
    return this;
  }

  /** Adds attachments, or parts beside the text. @throws MessageError */
  attach(attachment: OneOrMore<Attachment | Part>): this {
    const draft = this.#open();
    draft.attachments = added(draft.attachments, readEach(attachment, "attach", toAttachment));
    return this;
  }

  /**
   * Adds a header field of free text. If this builder has a method for the field, that method is called, unless the
   * field is set already.
   *
   * @throws MessageError if the name or value is not valid, the field is set already and must not be repeated, or it
   * must not be written manually.
   */
  header(name: string, value: string): this {
    customHeader(this, this.#open(), name, value);
    return this;
  }

  /** Adds a Keywords field. @throws MessageError */
  keywords(keyword: OneOrMore<string>): this {
    const keywords = readEach(keyword, "keywords", (item) => item);
    const draft = this.#open();
    draft.headers = added(draft.headers, [keywordsHeader("Keywords", keywords, "keywords")]);
    return this;
  }

  /** Adds Comments fields. @throws MessageError */
  comments(text: OneOrMore<string>): this {
    const headers = readEach(text, "comments", (item, field) => textHeader("Comments", item, field));
    const draft = this.#open();
    draft.headers = added(draft.headers, headers);
    return this;
  }

  /**
   * Adds a block of Resent-* fields above the existing ones: the mail is sent on unchanged, and the last block
   * determines the envelope.
   *
   * @throws MessageError or AddressError
   */
  resent(fields: OneOrMore<ResentFields>): this {
    const draft = this.#open();
    draft.resent = added(draft.resent, readEach(fields, "resent", resentBlock));
    return this;
  }

  /** Sets the sender, if it is not the author; it is also the sender of the envelope. @throws AddressError */
  sender(mailbox: MailboxInput): this {
    this.#open().sender = toMailbox(mailbox, "sender");
    return this;
  }

  /** Sets the subject. @throws MessageError if it contains a line break or another control character. */
  subject(text: string): this {
    this.#open().subject = textHeader("Subject", text, "subject");
    return this;
  }

  /** Sets the date; by default the time of `build()`. A string keeps its time zone. @throws MessageError */
  date(date: DateInput): this {
    this.#open().date = dateHeader("Date", date, "date");
    return this;
  }

  /** Sets the id; by default a random one in the domain of the author. @throws MessageError */
  messageId(id: string): this {
    this.#open().messageId = messageId(id, "messageId");
    return this;
  }

  /** Sets the ids of the mails that this one answers, which are read as in `references`. @throws MessageError */
  inReplyTo(id: string): this {
    this.#open().inReplyTo = messageIds(id, "inReplyTo");
    return this;
  }

  /** Sets the plain text; messages can share a part of type text/plain. @throws MessageError */
  text(text: string | SinglePart): this {
    this.#open().text = toTextPart(text, "text/plain", "text");
    return this;
  }

  /** Sets the HTML; messages can share a part of type text/html. @throws MessageError */
  html(html: string | SinglePart): this {
    this.#open().html = toTextPart(html, "text/html", "html");
    return this;
  }

  /**
   * Adds a form of the content, such as `text/x-amp-html`; one of each type. It is placed between text and HTML.
   *
   * @throws MessageError if the type is not valid, is set already, or is that of text, HTML or calendar, which have
   * their own methods.
   */
  alternative(type: string, text: string | SinglePart): this {
    const part = toAlternative(type, text);
    const own = ownMethods.get(part.type);
    if (own !== undefined)
      throw new MessageError(`alternative: expected another type than ${part.type}. Call ${own}()`, {
        field: "alternative",
      });
    const draft = this.#open();
    if (draft.alternatives.some(({ type: other }) => other === part.type))
      throw new MessageError(`alternative: ${part.type} is set already, and must not be repeated`, {
        field: "alternative",
      });
    draft.alternatives = added(draft.alternatives, [part]);
    return this;
  }

  /**
   * Sets an invitation, or another calendar that is more than a file (RFC 6047): the text of an iCalendar object.
   *
   * @throws MessageError if the text is not a calendar, or its METHOD is missing or differs from the option.
   */
  calendar(ics: string, options: CalendarOptions = {}): this {
    this.#open().calendar = calendarParts(ics, options);
    return this;
  }

  /** Sets how urgent the mail is. @throws MessageError */
  priority(priority: Priority): this {
    replaceHeaders(this.#open(), priorityNames, priorityHeaders(priority));
    return this;
  }

  /** Marks the mail as written by a program, so that no program answers it (RFC 3834). @throws MessageError */
  autoSubmitted(kind: AutoSubmitted = "auto-generated"): this {
    replaceHeaders(this.#open(), ["Auto-Submitted"], [autoSubmittedHeader(kind)]);
    return this;
  }

  /** Sets how a reader unsubscribes (RFC 2369, RFC 8058). @throws MessageError or AddressError */
  listUnsubscribe(url: string | URL, options: ListUnsubscribeOptions = {}): this {
    replaceHeaders(this.#open(), listUnsubscribeNames, listUnsubscribeHeaders(url, options));
    return this;
  }

  /** Sets the mailboxes that ask for a notification when the mail is read (RFC 8098). @throws AddressError */
  dispositionNotificationTo(mailbox: OneOrMore<MailboxInput>): this {
    this.#open().dispositionNotificationTo = readEach(mailbox, "dispositionNotificationTo", toMailbox);
    return this;
  }

  /** Sets the whole content, instead of text and HTML: plain text, bytes, or a part as it is. @throws MessageError */
  body(body: string | Uint8Array | Part): this {
    this.#open().body = toPart(body);
    return this;
  }

  /** Sets the envelope, instead of the one made from the header. @throws AddressError */
  envelope(envelope: Envelope | EnvelopeFields): this {
    this.#open().envelope = toEnvelope(envelope);
    return this;
  }

  /**
   * Sets whether `formatted()`, `bytes()`, `stream()` and `save()` write Bcc into the header, for a copy that is kept.
   * No transport sends Bcc. @throws MessageError if `keep` is not a boolean
   */
  keepBcc(keep = true): this {
    this.#open().keepBcc = checkSwitch(keep, "keepBcc");
    return this;
  }

  /**
   * Sets whether text in the header is written as UTF-8 instead of encoded words (RFC 6532). If such text is not ASCII,
   * the mail needs SMTPUTF8. @throws MessageError if `use` is not a boolean
   */
  utf8Headers(use = true): this {
    this.#open().utf8Headers = checkSwitch(use, "utf8Headers");
    return this;
  }

  /**
   * Sets the source of boundaries; by default they are random. With a date and an id, the bytes are then reproducible.
   */
  boundaries(source: BoundarySource): this {
    if (typeof source !== "function") throw wrongField("boundaries", "a function", source);
    this.#open().boundaries = () => checkBoundary(source());
    return this;
  }

  /**
   * Sets the signer or signers of the message, which sign each time it is sent or written, independently of each other.
   * A signed message is encoded as 7-bit, so that no server has a reason to change it.
   */
  sign(signer: OneOrMore<Signer>): this {
    const signers = toSigners(signer);
    if (signers === undefined) throw wrongField("sign", aSigner, signer);
    this.#open().signers = signers;
    return this;
  }

  /** Returns a second builder with the same values; later calls of one do not affect the other. */
  clone(): MessageBuilder {
    return new MessageBuilder(this.#construct, this.#open().copy());
  }

  /**
   * Makes the message. The builder cannot be used any more.
   *
   * @throws MessageError if there is no author or no recipient, or values contradict each other.
   */
  build(): Message {
    const message = this.#construct(this.#open());
    this.#draft = undefined;
    return message;
  }

  #open(): Draft {
    if (this.#draft !== undefined) return this.#draft;
    throw new MessageError(
      "the message is built already. To make another, clone() the builder before build()",
    );
  }
}

/** Forms of the content that have a method of their own. */
const ownMethods = new Map([
  ["text/plain", "text"],
  ["text/html", "html"],
  ["text/calendar", "calendar"],
]);

/** The string `"false"`, from a form or from JSON, is not `false`. */
function checkSwitch(value: unknown, field: string): boolean {
  if (typeof value === "boolean") return value;
  throw wrongField(field, "true or false", value);
}
