import type { MessageParser } from "../../testing/messages/parsed-message.ts";
import { MailReader } from "./mail-reader.ts";
import type { StoreEvent, StoreListener } from "./store-event.ts";
import { type MailFacts, StoredMail } from "./stored-mail.ts";

/** How much a store keeps. It forgets the oldest. */
export interface StoreLimits {
  /** The most mails. */
  readonly mails: number;
  /** The most bytes of mails. The newest is always kept. */
  readonly octets: number;
}

/** The caught mails, in the order in which they arrived. */
export class MailStore {
  readonly #limits: StoreLimits;
  readonly #reader: MailReader;
  readonly #mails = new Map<string, StoredMail>();
  readonly #write: (mail: StoredMail) => void;
  readonly #listeners = new Set<StoreListener>();
  #list: readonly StoredMail[] | undefined;
  #octets = 0;
  #unread = 0;

  /** @param write is called with each mail before it is added. What it throws refuses the mail. */
  constructor(parse: MessageParser, limits: StoreLimits, write: (mail: StoredMail) => void = () => {}) {
    this.#reader = new MailReader(parse);
    this.#limits = limits;
    this.#write = write;
  }

  /** All mails, oldest first. Do not change the array. */
  get mails(): readonly StoredMail[] {
    this.#list ??= [...this.#mails.values()];
    return this.#list;
  }

  /** How many mails there are. */
  get count(): number {
    return this.#mails.size;
  }

  /** How many mails nobody has opened. */
  get unread(): number {
    return this.#unread;
  }

  /** The size of all mails, in bytes. */
  get octets(): number {
    return this.#octets;
  }

  /** The newest mail. */
  get latest(): StoredMail | undefined {
    return this.mails.at(-1);
  }

  /** The mail with this id. */
  find(id: string): StoredMail | undefined {
    return this.#mails.get(id);
  }

  /**
   * Adds a mail, and forgets the oldest if there are too many.
   *
   * @throws what the folder of the mails throws, if the mail cannot be written into it.
   */
  add(facts: MailFacts): StoredMail {
    const mail = new StoredMail(facts, this.#reader);
    this.#write(mail);
    this.#put(mail);
    this.#tell({ type: "new", mail });
    this.#makeRoom();
    return mail;
  }

  /** Adds mails that have been written before, oldest first. */
  restore(mails: Iterable<MailFacts>): void {
    for (const facts of mails) this.#put(new StoredMail(facts, this.#reader));
    this.#makeRoom();
  }

  /** Deletes mails. */
  delete(mails: Iterable<StoredMail>): void {
    const gone = [...mails].filter((mail) => this.#remove(mail));
    if (gone.length > 0) this.#tell({ type: "delete", mails: gone });
  }

  /** Deletes all mails. */
  truncate(): void {
    const { mails } = this;
    for (const mail of mails) this.#remove(mail);
    if (mails.length > 0) this.#tell({ type: "truncate", mails });
  }

  /** Marks mails as read, or as not read. */
  setRead(mails: Iterable<StoredMail>, isRead: boolean): void {
    const changed = this.#known(mails).filter((mail) => mail.isRead !== isRead);
    for (const mail of changed) mail.isRead = isRead;
    this.#unread += isRead ? -changed.length : changed.length;
    if (changed.length > 0) this.#tell({ type: "update", mails: changed });
  }

  /** Sets the tags of mails. */
  setTags(mails: Iterable<StoredMail>, tags: readonly string[]): void {
    const changed = this.#known(mails);
    for (const mail of changed) mail.ownTags = [...tags];
    if (changed.length > 0) this.#tell({ type: "update", mails: changed });
  }

  /**
   * Puts mails that were deleted back to their places, in the order in which they arrived.
   *
   * @throws what the folder of the mails throws, if a mail cannot be written into it.
   */
  putBack(mails: Iterable<StoredMail>): void {
    const back = [...mails].filter((mail) => !this.#mails.has(mail.id));
    for (const mail of back) this.#write(mail);
    for (const mail of back) this.#put(mail);
    const ordered = [...this.#mails.values()];
    ordered.sort((one, other) => one.receivedAt.getTime() - other.receivedAt.getTime());
    this.#mails.clear();
    for (const mail of ordered) this.#mails.set(mail.id, mail);
    for (const mail of back) this.#tell({ type: "new", mail, isBack: true });
    this.#makeRoom();
  }

  /** Calls a listener at each event from now on. The returned function stops that. */
  listen(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Each mail once, and only those that are still in the store. */
  #known(mails: Iterable<StoredMail>): StoredMail[] {
    return [...new Set(mails)].filter((mail) => this.#mails.get(mail.id) === mail);
  }

  #put(mail: StoredMail): void {
    this.#mails.set(mail.id, mail);
    this.#list = undefined;
    this.#octets += mail.size;
    if (!mail.isRead) this.#unread++;
  }

  #makeRoom(): void {
    const gone: StoredMail[] = [];
    for (const mail of this.#mails.values()) {
      const fits = this.#mails.size <= this.#limits.mails && this.#octets <= this.#limits.octets;
      if (fits || this.#mails.size === 1) break;
      this.#remove(mail);
      gone.push(mail);
    }
    if (gone.length > 0) this.#tell({ type: "prune", mails: gone });
  }

  #remove(mail: StoredMail): boolean {
    if (!this.#mails.delete(mail.id)) return false;
    this.#list = undefined;
    this.#octets -= mail.size;
    if (!mail.isRead) this.#unread--;
    this.#reader.forget(mail);
    return true;
  }

  #tell(event: StoreEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
