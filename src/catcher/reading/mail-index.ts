import type { TextDecoding } from "../../text/charsets/web-charset.ts";
import type { AddressField, SearchableMail } from "../search/condition.ts";
import { type ContentFacts, readContentFacts } from "./content-facts.ts";
import { type HeadFacts, readHeadFacts } from "./head-facts.ts";
import type { MailSource } from "./mail-source.ts";
import { mailboxIds } from "./mailbox-ids.ts";

/**
 * What lists and searches need to know of mails. Each mail is read when somebody first asks for it, and what was found
 * is kept as long as the mail.
 */
export class MailIndex {
  readonly #decode: TextDecoding;
  readonly #heads = new WeakMap<MailSource, HeadFacts>();
  readonly #contents = new WeakMap<MailSource, ContentFacts>();

  constructor(decode: TextDecoding) {
    this.#decode = decode;
  }

  /** What the header section and the envelope say. */
  head(mail: MailSource): HeadFacts {
    const known = this.#heads.get(mail) ?? readHeadFacts(mail, this.#decode);
    this.#heads.set(mail, known);
    return known;
  }

  /** What the body says. */
  content(mail: MailSource): ContentFacts {
    const known = this.#contents.get(mail) ?? readContentFacts(mail.raw, this.#decode);
    this.#contents.set(mail, known);
    return known;
  }

  /** A mail for a search, which reads of it only what it needs. */
  searchable(mail: MailSource): SearchableMail {
    return new IndexedMail(mail, this);
  }
}

class IndexedMail implements SearchableMail {
  readonly #mail: MailSource;
  readonly #index: MailIndex;

  constructor(mail: MailSource, index: MailIndex) {
    this.#mail = mail;
    this.#index = index;
  }

  get created(): number {
    return this.#mail.receivedAt.getTime();
  }

  get size(): number {
    return this.#mail.raw.length;
  }

  get read(): boolean {
    return this.#mail.isRead;
  }

  get tags(): readonly string[] {
    return this.#mail.tags;
  }

  get mailboxes(): ReadonlySet<string> {
    return mailboxIds(this.#mail);
  }

  get messageId(): string {
    return this.#index.head(this.#mail).messageId;
  }

  get subject(): string {
    return this.#index.head(this.#mail).subject;
  }

  get addresses(): Readonly<Record<AddressField, string>> {
    return this.#index.head(this.#mail).addresses;
  }

  get attachments(): number {
    return this.#index.content(this.#mail).attachments;
  }

  get inlines(): number {
    return this.#index.content(this.#mail).inlines;
  }

  contains(words: string): boolean {
    return (
      this.#index.head(this.#mail).words.includes(words) ||
      this.#index.content(this.#mail).words.includes(words)
    );
  }
}
