import type { MailStore } from "../store/mail-store.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import { LabError, shownValue } from "./lab-error.ts";

/** What is waited for. */
export interface Wish {
  readonly matches: (mail: StoredMail) => boolean;
  /** The id of a mail: only mails that arrived after it count. It may have been deleted since. */
  readonly after: string | undefined;
  /** Without `after`: how long ago, in milliseconds, a mail may have arrived. */
  readonly within: number;
  /** How long to wait, in milliseconds. */
  readonly timeout: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** Requests that wait for a mail. */
export class Waiting {
  readonly #store: MailStore;
  readonly #waiters = new Set<(mail: StoredMail) => void>();
  /** The order in which mails arrived, by their ids, also of mails that are gone. */
  readonly #order = new Map<string, number>();
  #arrived = 0;

  constructor(store: MailStore) {
    this.#store = store;
    for (const mail of store.mails) this.#number(mail);
    store.listen((event) => {
      if (event.type !== "new" || event.isBack) return;
      this.#number(event.mail);
      for (const waiter of [...this.#waiters]) waiter(event.mail);
    });
  }

  /** How many requests wait. */
  get count(): number {
    return this.#waiters.size;
  }

  /**
   * The oldest mail that matches and arrived after another one, or not long ago, as soon as it is there.
   *
   * @returns `undefined` if none arrives in time, or the signal is aborted.
   * @throws LabError if `after` is not the id of a mail that has arrived, or if too many requests wait.
   */
  async wait({ matches, after, within, timeout, signal }: Wish): Promise<StoredMail | undefined> {
    const isNew = after === undefined ? this.#since(Date.now() - within) : this.#after(after);
    const there = this.#store.mails.find((mail) => isNew(mail) && matches(mail));
    if (there !== undefined || timeout === 0 || signal.aborted) return there;
    if (this.#waiters.size >= MOST_WAITERS)
      throw new LabError(
        { field: "wait", expected: `at most ${MOST_WAITERS} requests that wait`, got: "one more" },
        503,
      );
    return await new Promise((resolve) => {
      const end = (mail?: StoredMail): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", aborted);
        this.#waiters.delete(waiter);
        resolve(mail);
      };
      const aborted = (): void => end();
      const waiter = (mail: StoredMail): void => {
        if (isNew(mail) && matches(mail)) end(mail);
      };
      const timer = setTimeout(() => end(), timeout);
      signal.addEventListener("abort", aborted);
      this.#waiters.add(waiter);
    });
  }

  #since(time: number): (mail: StoredMail) => boolean {
    return ({ receivedAt }) => receivedAt.getTime() >= time;
  }

  #after(id: string): (mail: StoredMail) => boolean {
    const last = this.#order.get(id);
    if (last === undefined)
      throw new LabError(
        { field: "after", expected: "the id of a mail that has arrived", got: shownValue(id) },
        404,
      );
    return (mail) => (this.#order.get(mail.id) ?? 0) > last;
  }

  #number({ id }: StoredMail): void {
    if (this.#order.has(id)) return;
    this.#order.set(id, ++this.#arrived);
    if (this.#order.size <= MOST_NUMBERS + this.#store.count) return;
    // Many at once: to find the first entry of a Map takes the longer, the more before it were deleted.
    const gone = [...this.#order.keys()].filter((each) => this.#store.find(each) === undefined);
    for (const oldest of gone.slice(0, MOST_NUMBERS / 10)) this.#order.delete(oldest);
  }
}

/** How many requests may wait: each holds a connection. */
const MOST_WAITERS = 500;

/** How many mails are known by their numbers besides those of the store. */
const MOST_NUMBERS = 10_000;
