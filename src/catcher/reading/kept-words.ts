import type { MailSource } from "./mail-source.ts";

/**
 * Keeps the texts of mails in the form in which searches compare them, up to a size. If there is no room, a text is not
 * kept, and read again by each search: to drop another one for it would not help, as a search looks at all mails.
 */
export class KeptWords {
  readonly #most: number;
  readonly #texts = new Map<MailSource, string>();
  #length = 0;

  /** @param most how many characters are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** The text of a mail, if it is kept. */
  get(mail: MailSource): string | undefined {
    return this.#texts.get(mail);
  }

  /** Keeps the text of a mail, if there is room. */
  put(mail: MailSource, text: string): void {
    if (this.#texts.has(mail) || this.#length + text.length > this.#most) return;
    this.#texts.set(mail, text);
    this.#length += text.length;
  }

  /** Makes room: a mail is gone. */
  forget(mail: MailSource): void {
    this.#length -= this.#texts.get(mail)?.length ?? 0;
    this.#texts.delete(mail);
  }
}
