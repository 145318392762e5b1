import type { MailStore } from "../store/mail-store.ts";
import type { StoredMail } from "../store/stored-mail.ts";

/** Remembers what was deleted last, so that it can be taken back. */
export class Deletions {
  readonly #store: MailStore;
  /** One entry for each deletion, the last at the end. */
  #steps: (readonly StoredMail[])[] = [];

  constructor(store: MailStore) {
    this.#store = store;
    store.listen((event) => {
      if (event.type === "delete" || event.type === "truncate") this.#remember(event.mails);
    });
  }

  /** How many mails the last deletion deleted. 0 if there is none that can be taken back. */
  get count(): number {
    return this.#steps.at(-1)?.length ?? 0;
  }

  /** Puts the mails of the last deletion back to their places. @returns the mails. */
  undo(): readonly StoredMail[] {
    const mails = this.#steps.pop() ?? [];
    this.#store.putBack(mails);
    return mails;
  }

  #remember(mails: readonly StoredMail[]): void {
    this.#steps = [...this.#steps, mails].slice(-MOST_STEPS);
    let octets = this.#steps.flat().reduce((sum, { size }) => sum + size, 0);
    while (octets > MOST_OCTETS && this.#steps.length > 0)
      for (const { size } of this.#steps.shift() ?? []) octets -= size;
  }
}

const MOST_STEPS = 10;
/** How many bytes of deleted mails are kept. */
const MOST_OCTETS = 64 * 1_048_576;
