import type { TextDecoding } from "../../text/charsets/web-charset.ts";
import { ApiError } from "../http/api-error.ts";
import { MailIndex } from "../reading/mail-index.ts";
import { readDate } from "../search/date-text.ts";
import { readSearch } from "../search/search.ts";
import { localZone } from "../search/time-zone.ts";
import type { MailStore } from "../store/mail-store.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import { type MessageJson, messageJson, type SummaryJson, summaryJson } from "./message-json.ts";

/** Which mails of a list are returned. */
export interface Page {
  /** How many of the newest are left out. */
  readonly start: number;
  /** How many are returned at most. */
  readonly limit: number;
  /** Only mails that arrived earlier, in milliseconds since 1970. */
  readonly before: number | undefined;
}

/** The caught mails as mailpit's API speaks of them. */
export class Mailbox {
  readonly store: MailStore;
  readonly index: MailIndex;
  readonly decode: TextDecoding;
  readonly #unlisten: () => void;

  constructor(store: MailStore, decode: TextDecoding) {
    this.store = store;
    this.decode = decode;
    this.index = new MailIndex(decode);
    const readAhead = (): void => this.index.readAhead(() => store.mails);
    readAhead();
    this.#unlisten = store.listen((event) => {
      if (event.type === "new") readAhead();
    });
  }

  /** Reads no more mails that nobody asked for. */
  close(): void {
    this.#unlisten();
    this.index.close();
  }

  /** All mails, newest first. */
  get newestFirst(): StoredMail[] {
    return [...this.store.mails].reverse();
  }

  /**
   * The mail of an id, or the newest, for the id `latest`.
   *
   * @param query a search that the newest must fulfil. @throws ApiError with status 404 if there is none.
   */
  find(id: string, query = "", zone?: string): StoredMail {
    if (id !== "latest") {
      const mail = this.store.find(id);
      if (mail === undefined) throw new ApiError("404 page not found", 404);
      return mail;
    }
    const latest = query.trim() === "" ? this.store.latest : this.#newestOf(query, zone);
    if (latest === undefined) throw new ApiError("Message not found", 404);
    return latest;
  }

  /** The mails of these ids. Ids that are not known are left out. */
  withIds(ids: readonly string[]): StoredMail[] {
    return ids.flatMap((id) => this.store.find(id) ?? []);
  }

  /** The mails that fulfil a search, newest first. */
  search(query: string, zone: string | undefined, before?: number): StoredMail[] {
    const search = readSearch(query, zone);
    return this.newestFirst.filter(
      (mail) => isBefore(mail, before) && search.matches(this.index.searchable(mail)),
    );
  }

  /** The mail in a list. */
  summary(mail: StoredMail): SummaryJson {
    return summaryJson(mail, this.index.head(mail), this.index.content(mail));
  }

  /** The mail itself. */
  message(mail: StoredMail): MessageJson {
    return messageJson(mail, this.index.head(mail), this.decode);
  }

  /** All tags in use, by the alphabet; each once, whatever its case. */
  get tags(): string[] {
    const tags = new Map<string, string>();
    for (const mail of this.store.mails)
      for (const tag of mail.tags) if (!tags.has(tag.toLowerCase())) tags.set(tag.toLowerCase(), tag);
    return [...tags].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tag]) => tag);
  }

  #newestOf(query: string, zone: string | undefined): StoredMail | undefined {
    const search = readSearch(query, zone);
    return this.newestFirst.find((mail) => search.matches(this.index.searchable(mail)));
  }
}

/** The page of a list that a request asks for. What is not a number is ignored, as mailpit does. */
export function readPage(value: (name: string) => string | undefined): Page {
  const number = (name: string, least: number, otherwise: number): number => {
    const text = value(name) ?? "";
    return /^\+?\d{1,15}$/.test(text) && Number(text) >= least ? Number(text) : otherwise;
  };
  const before = value("before") ?? "";
  return {
    start: number("start", 1, 0),
    limit: number("limit", 0, 50),
    before: before === "" ? undefined : readDate(before, localZone),
  };
}

/** Whether a mail arrived earlier than a point in time. */
export function isBefore({ receivedAt }: StoredMail, before: number | undefined): boolean {
  return before === undefined || receivedAt.getTime() < before;
}
