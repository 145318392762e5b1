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

  /** How many of the newest mails have been read ahead. */
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

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

  /**
   * Reads mails before somebody asks for them, in short pieces and only while no mails arrive. To be called when a mail
   * has arrived.
   *
   * @param mails all mails that there are then
   */
  readAhead(mails: () => readonly MailSource[]): void {
    this.#next = 0;
    if (this.#timer === undefined) this.#readLater(mails, QUIET);
    else this.#timer.refresh();
  }

  /** Reads no more mails ahead. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #readLater(mails: () => readonly MailSource[], delay: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const all = mails();
      const end = performance.now() + SLICE;
      for (; this.#next < all.length && performance.now() < end; this.#next++) {
        const mail = all[all.length - 1 - this.#next] as MailSource;
        this.head(mail);
        this.content(mail);
      }
      if (this.#next < all.length) this.#readLater(mails, PAUSE);
    }, delay).unref();
  }

  /** A mail for a search, which reads of it only what it needs. */
  searchable(mail: MailSource): SearchableMail {
    return new IndexedMail(mail, this);
  }
}

/** How long no mails must have arrived, how long mails are read at a time, and the pause between, in milliseconds. */
const QUIET = 50;
const SLICE = 8;
const PAUSE = 2;

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
