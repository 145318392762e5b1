/** Where caught mails are released to. */
export interface Relay {
  /** The URL, without user, password and parameters. */
  readonly url: string;
  /** The addresses and domains (`"@a.test"`) to which mails may be released; empty for all. */
  readonly allowed: readonly string[];
  /**
   * Sends a mail.
   *
   * @throws ApiError with status 400 if it may not be sent to a recipient; SendError if the relay refuses the mail or
   * cannot be reached; AddressError for what is not an address.
   */
  release(raw: Buffer, from: string | null, to: readonly string[]): Promise<void>;
  /** Closes the connections. */
  close(): Promise<void>;
}
