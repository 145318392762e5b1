import type { MailState } from "../../outbox/outbox-mail.ts";
import type { SuppressionReason } from "../../outbox/suppressions/suppression.ts";

/** What `envoi outbox` can do. */
export const outboxActions = [
  "status",
  "list",
  "show",
  "resend",
  "settle",
  "cancel",
  "suppressions",
] as const;

/** One of them. */
export type OutboxAction = (typeof outboxActions)[number];

/** The flags of `envoi outbox`, as commander gives them. */
export interface OutboxFlags {
  readonly database?: string;
  readonly folder?: string;
  readonly schema: string;
  readonly state?: MailState;
  readonly tenant?: string;
  readonly tag?: string;
  readonly key?: string;
  readonly to?: string;
  readonly limit?: string;
  readonly reason?: SuppressionReason;
  readonly days?: string;
  readonly json?: boolean;
}
