/** A caught mail, as far as reading it needs to know. */
export interface MailSource {
  /** The name of the mail in the catcher. */
  readonly id: string;
  /** The mail, byte for byte as it came. */
  readonly raw: Buffer;
  readonly receivedAt: Date;
  readonly envelope: {
    /** The sender; empty for the null sender. */
    readonly from: string;
    readonly to: readonly string[];
  };
  readonly client?:
    | {
        /** As whom the client logged in. */
        readonly user?: string | undefined;
      }
    | undefined;
  readonly isRead: boolean;
  readonly tags: readonly string[];
}
