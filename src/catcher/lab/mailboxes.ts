import { domainsOf, mailboxId, mailboxIds } from "../reading/mailbox-ids.ts";
import type { MailStore } from "../store/mail-store.ts";
import type { StoredMail } from "../store/stored-mail.ts";

/** What a mailbox has in common: a recipient, the domain of one, or the user who sent the mail. */
export type MailboxKind = "recipient" | "domain" | "login";

/** A mailbox: the mails to a recipient or a domain, or of a login. */
export interface MailboxCount {
  /** `"jo@a.test"`, `"@a.test"` or `"login:jo"`. */
  readonly id: string;
  readonly kind: MailboxKind;
  readonly count: number;
  readonly unread: number;
  /** When the last mail arrived. */
  readonly latest: Date;
}

/**
 * Sorts the mails of a store into mailboxes. A mail to several recipients is in the mailbox of each, until that is
 * cleared; when no mailbox of a recipient has it any more, it is deleted.
 */
export class Mailboxes {
  readonly #store: MailStore;
  readonly #places = new WeakMap<StoredMail, Places>();

  constructor(store: MailStore) {
    this.#store = store;
  }

  /** All mailboxes, the one with the newest mail first. */
  get all(): readonly MailboxCount[] {
    const counts = new Map<string, { -readonly [Field in keyof MailboxCount]: MailboxCount[Field] }>();
    for (const mail of this.#store.mails) {
      for (const id of this.#placesOf(mail).ids) {
        const box = counts.get(id) ?? { id, kind: kindOf(id), count: 0, unread: 0, latest: mail.receivedAt };
        // Later mails move their mailbox to the end.
        counts.delete(id);
        counts.set(id, box);
        box.count++;
        if (!mail.isRead) box.unread++;
        box.latest = mail.receivedAt;
      }
    }
    return [...counts.values()].reverse();
  }

  /** The mails of a mailbox, oldest first. */
  mails(id: string): readonly StoredMail[] {
    const key = mailboxId(id);
    return this.#store.mails.filter((mail) => this.#placesOf(mail).ids.has(key));
  }

  /** Whether a mail is in a mailbox. @param key from {@link mailboxId} */
  has(mail: StoredMail, key: string): boolean {
    return this.#placesOf(mail).ids.has(key);
  }

  /** Takes all mails out of a mailbox. @returns how many there were. */
  clear(id: string): number {
    const key = mailboxId(id);
    const mails = this.mails(id);
    const gone = mails.filter((mail) => this.#placesOf(mail).clear(key));
    this.#store.delete(gone);
    return mails.length;
  }

  /** Puts mails back into all their mailboxes. */
  restore(mails: Iterable<StoredMail>): void {
    for (const mail of mails) this.#places.delete(mail);
  }

  #placesOf(mail: StoredMail): Places {
    const known = this.#places.get(mail);
    if (known !== undefined) return known;
    const places = new Places(mail);
    this.#places.set(mail, places);
    return places;
  }
}

function kindOf(id: string): MailboxKind {
  if (id.startsWith("login:")) return "login";
  return id.startsWith("@") ? "domain" : "recipient";
}

/** The mailboxes in which a mail is. */
class Places {
  #ids: ReadonlySet<string>;

  constructor(mail: StoredMail) {
    this.#ids = mailboxIds(mail);
  }

  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  /** Takes the mail out of a mailbox. @returns whether no recipient has it any more. */
  clear(key: string): boolean {
    if (kindOf(key) === "login") return true;
    const all = [...this.#ids];
    const isCleared = (id: string): boolean => id === key || (kindOf(key) === "domain" && id.endsWith(key));
    const kept = all.filter((id) => kindOf(id) === "recipient" && !isCleared(id));
    const login = all.filter((id) => kindOf(id) === "login");
    this.#ids = new Set([...kept, ...domainsOf(kept), ...login]);
    return kept.length === 0;
  }
}
