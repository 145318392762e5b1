import type { TextDecoding } from "../../text/charsets/web-charset.ts";
import { ApiError } from "../http/api-error.ts";
import { inSlices } from "../in-slices.ts";
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

/** What is searched. */
export interface SearchRequest {
  /** In the language of mailpit's searches; by default all mails. */
  readonly text?: string | undefined;
  /** The name of the time zone in which dates are meant; by default the one of this machine. */
  readonly zone?: string | undefined;
  /** Only mails that arrived earlier, in milliseconds since 1970. */
  readonly before?: number | undefined;
  /** Ends the search: nobody waits for it any more. */
  readonly signal?: AbortSignal;
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
      else if (event.type !== "update") this.index.forget(event.mails);
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
   * @param query what the newest must fulfil. @throws ApiError with status 404 if there is none.
   */
  async find(id: string, query: SearchRequest = {}): Promise<StoredMail> {
    if (id !== "latest") {
      const mail = this.store.find(id);
      if (mail === undefined) throw new ApiError("404 page not found", 404);
      return mail;
    }
    const latest = (query.text ?? "").trim() === "" ? this.store.latest : (await this.#found(query, 1))[0];
    if (latest === undefined) throw new ApiError("Message not found", 404);
    return latest;
  }

  /** The mails of these ids. Ids that are not known are left out. */
  withIds(ids: readonly string[]): StoredMail[] {
    return ids.flatMap((id) => this.store.find(id) ?? []);
  }

  /** The mails that fulfil a search, newest first. Many are looked at in slices. @throws if the signal is aborted */
  search(query: SearchRequest): Promise<StoredMail[]> {
    return this.#found(query, Number.POSITIVE_INFINITY);
  }

  /** The mail in a list. */
  summary(mail: StoredMail): SummaryJson {
    return summaryJson(mail, this.index.head(mail), this.index.content(mail));
  }

  /** The mails in a list. Many are read in slices. @throws if the signal is aborted */
  async summaries(mails: readonly StoredMail[], signal?: AbortSignal): Promise<SummaryJson[]> {
    const made: SummaryJson[] = [];
    await this.index.before(() => inSlices(mails, (mail) => void made.push(this.summary(mail)), signal));
    return made;
  }

  /** The mail itself. */
  message(mail: StoredMail): Promise<MessageJson> {
    return messageJson(mail, this.index.head(mail), this.decode);
  }

  /** All tags in use, by the alphabet; each once, whatever its case. */
  get tags(): string[] {
    const tags = new Map<string, string>();
    for (const mail of this.store.mails)
      for (const tag of mail.tags) if (!tags.has(tag.toLowerCase())) tags.set(tag.toLowerCase(), tag);
    return [...tags].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tag]) => tag);
  }

  async #found({ text = "", zone, before, signal }: SearchRequest, most: number): Promise<StoredMail[]> {
    const search = readSearch(text, zone);
    const found: StoredMail[] = [];
    const isThere = (mail: StoredMail): boolean => this.store.find(mail.id) === mail;
    const look = (mail: StoredMail): "enough" | undefined => {
      // Mails may be gone since the slice before.
      if (isThere(mail) && isBefore(mail, before) && search.matches(this.index.searchable(mail)))
        found.push(mail);
      return found.length >= most ? "enough" : undefined;
    };
    await this.index.before(() => inSlices(this.newestFirst, look, signal));
    return found.filter(isThere);
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
