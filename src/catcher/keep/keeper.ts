import type { MailStore } from "../store/mail-store.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import type { KeepFolder } from "./keep-folder.ts";

/** Keeps what is in a store also in a folder. */
export class Keeper {
  readonly #folder: KeepFolder;
  readonly #stop: () => void;
  /** Mails whose envelope must be written again. That can wait, and many may change at once. */
  readonly #changed = new Set<StoredMail>();
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param onError gets what goes wrong after a mail was accepted: a file that cannot be changed or deleted */
  constructor(folder: KeepFolder, store: MailStore, onError: (error: unknown) => void) {
    this.#folder = folder;
    this.#onError = onError;
    this.#stop = store.listen((event) => {
      if (event.type === "update") this.#change(event.mails);
      else if (event.type !== "new") this.#delete(event.mails);
    });
  }

  /** Writes what has changed, and keeps nothing more. */
  close(): void {
    this.#stop();
    this.#flush(Number.POSITIVE_INFINITY);
  }

  #delete(mails: readonly StoredMail[]): void {
    for (const mail of mails) {
      this.#changed.delete(mail);
      this.#try(() => this.#folder.delete(mail));
    }
  }

  #change(mails: readonly StoredMail[]): void {
    for (const mail of mails) this.#changed.add(mail);
    this.#timer ??= setTimeout(() => this.#flush(AT_ONCE), PAUSE).unref();
  }

  #flush(most: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let count = 0;
    for (const mail of this.#changed) {
      if (count++ >= most) break;
      this.#changed.delete(mail);
      this.#try(() => this.#folder.update(mail));
    }
    if (this.#changed.size > 0) this.#change([]);
  }

  #try(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#onError(error);
    }
  }
}

/** How many files are written in one go, so that clients do not wait. */
const AT_ONCE = 100;
/** Milliseconds. */
const PAUSE = 50;
