import type { Address } from "../../address/address.ts";
import type { RecordedRecipient } from "../recorded-recipient.ts";

/** A mail that this worker has claimed: a group of them is leased to it, and nobody else takes them. */
export interface ClaimedMail {
  readonly id: string;
  /** Marks this claim: what is written about it later holds only if nobody claimed the mail since. */
  readonly claim: string;
  readonly tenant: string;
  readonly priority: number;
  /** Its Message-ID. */
  readonly messageId: string;
  /** The sender that it goes out with. */
  readonly sender: Address | string | null;
  readonly recipients: readonly RecordedRecipient[];
  /** Its own octets; those of its pieces are missing. */
  readonly content: Buffer;
  /** Whether there are pieces. */
  readonly pieces: boolean;
  /** How many attempts were made before. */
  readonly attempts: number;
  /** Milliseconds since its first time, when it was claimed. */
  readonly age: number;
  /** When it was claimed, by the monotonic clock of this process. */
  readonly claimedAt: number;
  /** Whether it is sent again when nobody knows what became of it. */
  readonly again: boolean;
}

/**
 * The claims that count: of several of one mail the newest. A worker whose lease was over for a moment may claim a mail
 * again that it still holds.
 */
export function newestClaims(mails: readonly ClaimedMail[]): ReadonlySet<ClaimedMail> {
  const newest = new Map<string, ClaimedMail>();
  for (const mail of mails) {
    const other = newest.get(mail.id);
    if (other === undefined || other.claimedAt < mail.claimedAt) newest.set(mail.id, mail);
  }
  return new Set(newest.values());
}
