/** Where caught mails are released to. */
export interface Relay {
  /** The URL, without user and password. */
  readonly url: string;
  /** The addresses and domains (`"@a.test"`) to which mails may be released; empty for all. */
  readonly allowed: readonly string[];
  /**
   * Sends a mail.
   *
   * @throws ApiError with status 400 for a recipient that is not an address or not allowed; EnvoiError if the relay
   * refuses the mail or cannot be reached.
   */
  release(raw: Buffer, from: string, to: readonly string[]): Promise<void>;
}
