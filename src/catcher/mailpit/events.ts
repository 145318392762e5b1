import type { Subscriber } from "../http/web-sockets.ts";
import type { StoreEvent } from "../store/store-event.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import type { Mailbox } from "./mailbox.ts";
import { VERSION } from "./version.ts";

/** The kinds of messages that the WebSocket of mailpit sends. */
export type EventType = "new" | "update" | "delete" | "prune" | "truncate" | "stats" | "error";

/** Tells subscribers what happens to the mails, as mailpit does: `{ Type, Data }` in JSON. */
export class Events {
  readonly #box: Mailbox;
  readonly #subscribers = new Set<Subscriber>();
  /** The mails that have arrived but were not told of yet, and whether they changed since. */
  readonly #arrived = new Map<StoredMail, { changed: boolean }>();
  #telling = false;
  /** When subscribers were told of mails last, as `#now` has it. */
  #told = Number.NEGATIVE_INFINITY;
  readonly #now: () => number;
  /** Whether the totals will be told soon. */
  #counting = false;
  #pruned = false;

  /** @param now a clock in milliseconds */
  constructor(box: Mailbox, now: () => number = () => performance.now()) {
    this.#box = box;
    this.#now = now;
    box.store.listen((event) => this.#happened(event));
  }

  /** Tells a subscriber what happens from now on. */
  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
    subscriber.onClosed(() => this.#subscribers.delete(subscriber));
    this.#count();
  }

  /** Tells that a client of the SMTP server was refused. */
  refused(address: string, reply: string): void {
    const [line = ""] = reply.split(/\r?\n/);
    const Level = reply.startsWith("4") ? "warning" : "error";
    this.#tell("error", { Level, Type: "smtpd", IP: address, Message: line });
  }

  #happened(event: StoreEvent): void {
    if (this.#subscribers.size === 0) return;
    switch (event.type) {
      case "new":
        this.#arrived.set(event.mail, { changed: false });
        // If mails come faster than they are read, those that are gone already are not told of.
        if (this.#arrived.size > 2 * this.#box.store.count + MANY)
          for (const mail of this.#arrived.keys()) if (!this.#isThere(mail)) this.#arrived.delete(mail);
        this.#tellSoon();
        break;
      case "update":
        this.#each(
          "update",
          event.mails.filter((mail) => !this.#putOff(mail)),
          updateOf,
        );
        break;
      case "delete":
        this.#each("delete", event.mails, ({ id }) => ({ ID: id }));
        break;
      case "truncate":
        this.#arrived.clear();
        this.#tell("truncate", null);
        break;
      case "prune":
        this.#pruned = true;
        break;
    }
    this.#count();
  }

  /** Puts the news of a change off if subscribers do not know the mail yet. @returns whether it did. */
  #putOff(mail: StoredMail): boolean {
    const arrival = this.#arrived.get(mail);
    if (arrival !== undefined) arrival.changed = true;
    return arrival !== undefined;
  }

  #isThere(mail: StoredMail): boolean {
    return this.#box.store.find(mail.id) !== undefined;
  }

  /** Of many mails at once, subscribers are told to load the list again. */
  #each(type: EventType, mails: readonly StoredMail[], data: (mail: StoredMail) => unknown): void {
    if (mails.length > MANY) this.#tell("prune", null);
    else for (const mail of mails) this.#tell(type, data(mail));
  }

  /**
   * Tells of mails soon: of a single one at once, but a mail must be read for this, so the server goes first; of many
   * after a pause, together, because each write costs more than the event in it.
   */
  #tellSoon(): void {
    if (this.#telling) return;
    this.#telling = true;
    if (this.#now() - this.#told > PAUSE) setImmediate(() => this.#tellSome());
    else setTimeout(() => this.#tellSome(), PAUSE).unref();
  }

  /** Tells of mails for a while. The rest follows after a pause, so that most of the time is left for the server. */
  #tellSome(): void {
    const end = this.#now() + SLICE;
    for (const [mail, { changed }] of this.#arrived) {
      this.#arrived.delete(mail);
      if (this.#isThere(mail)) {
        this.#tell("new", this.#box.summary(mail));
        // Subscribers may have listed the mail as it was before.
        if (changed) this.#tell("update", updateOf(mail));
      }
      if (this.#now() > end) break;
    }
    this.#told = this.#now();
    this.#telling = false;
    if (this.#arrived.size > 0) this.#tellSoon();
  }

  /** Tells the totals, at most four times a second. */
  #count(): void {
    if (this.#counting) return;
    this.#counting = true;
    setTimeout(() => {
      this.#counting = false;
      if (this.#pruned) this.#tell("prune", null);
      this.#pruned = false;
      const { count, unread } = this.#box.store;
      this.#tell("stats", { Total: count, Unread: unread, Version: VERSION });
    }, STATS).unref();
  }

  #tell(type: EventType, data: unknown): void {
    if (this.#subscribers.size === 0) return;
    const text = JSON.stringify({ Type: type, Data: data });
    for (const subscriber of this.#subscribers) subscriber.send(text);
  }
}

function updateOf({ id, isRead, tags }: StoredMail): object {
  return { ID: id, Read: isRead, Tags: tags };
}

/** Of how many mails subscribers are told one by one. */
const MANY = 200;

/** How long mails are read before the server goes on, in milliseconds. */
const SLICE = 5;

/** The pause after it, in milliseconds. */
const PAUSE = 20;

/** How long changes are gathered for the totals, in milliseconds. */
const STATS = 250;
