import type { MailState, RecordedReply } from "./outbox-mail.ts";

/** A recipient in the column `recipients` of a mail. While its mail is being sent it is still "waiting" there. */
export interface RecordedRecipient {
  readonly recipient: string;
  readonly state: Exclude<MailState, "sending">;
  readonly tries: number;
  readonly reply?: RecordedReply | undefined;
  readonly reason?: string | undefined;
}

/** The order in which the states of recipients decide that of their mail. */
const order = [
  "waiting",
  "unknown",
  "sent",
  "refused",
  "failed",
  "expired",
  "suppressed",
  "cancelled",
] as const;

/** The state of a mail by those of its recipients. */
export function overall(recipients: readonly RecordedRecipient[]): RecordedRecipient["state"] {
  return order.find((word) => recipients.some(({ state }) => state === word)) ?? "cancelled";
}
