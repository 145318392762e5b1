import type { TextDecoding } from "../../text/charsets/web-charset.ts";
import type { AddressField, SearchableMail } from "../search/condition.ts";
import { type ContentFacts, readBodyWords, readContentFacts } from "./content-facts.ts";
import { type HeadFacts, readHeadFacts } from "./head-facts.ts";
import { KeptWords } from "./kept-words.ts";
import type { MailSource } from "./mail-source.ts";
import { mailboxIds } from "./mailbox-ids.ts";

/**
 * What lists and searches need to know of mails. Each mail is read when somebody first asks for it. What a list needs
 * is kept as long as the mail; the text for searches as far as there is room.
 */
export class MailIndex {
  readonly #decode: TextDecoding;
  readonly #heads = new WeakMap<MailSource, HeadFacts>();
  readonly #contents = new WeakMap<MailSource, ContentFacts>();
  readonly #words = new KeptWords(MOST_CHARACTERS);

  /** The mails that have been read ahead, and how many of the newest are such. */
  readonly #ahead = new WeakSet<MailSource>();
  #next = 0;
  /** How many readers wait for something. */
  #waiting = 0;
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

  /** The text of the body, as a search compares it. */
  words(mail: MailSource): string {
    const known = this.#words.get(mail);
    if (known !== undefined) return known;
    const read = readBodyWords(mail.raw, this.#decode);
    this.#words.put(mail, read);
    return read;
  }

  /** Forgets the texts of mails that are gone. */
  forget(mails: Iterable<MailSource>): void {
    for (const mail of mails) this.#words.forget(mail);
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

  /** Reads nothing ahead during work that somebody waits for. */
  async before<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    try {
      return await work();
    } finally {
      this.#waiting--;
    }
  }

  /** Reads no more mails ahead. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #readLater(mails: () => readonly MailSource[], delay: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#waiting > 0) {
        this.#readLater(mails, QUIET);
        return;
      }
      const all = mails();
      const end = performance.now() + SLICE;
      for (; this.#next < all.length && performance.now() < end; this.#next++)
        this.#readOneAhead(all[all.length - 1 - this.#next] as MailSource);
      if (this.#next < all.length) this.#readLater(mails, PAUSE);
    }, delay).unref();
  }

  #readOneAhead(mail: MailSource): void {
    if (this.#ahead.has(mail)) return;
    this.#ahead.add(mail);
    const head = this.head(mail);
    this.content(mail);
    this.words(mail);
    // They are made when they are asked for.
    void [head.words, head.addresses];
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

/** How much text is kept for searches: as much as 10,000 mails of 6 kB have. */
const MOST_CHARACTERS = 64 * 1_048_576;

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
      this.#index.head(this.#mail).words.includes(words) || this.#index.words(this.#mail).includes(words)
    );
  }
}
