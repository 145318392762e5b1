/**
 * Mail that is not lost: an outbox in a database, enqueued within your own transaction, and sent by as many workers as
 * it takes.
 *
 * @example
 * ```ts
 * await using outbox = await Outbox.open({ database: "postgres://localhost/shop", transport });
 * await outbox.enqueue({ from: "shop@example.com", to: "a@example.org", subject: "Receipt", text: "Thank you." });
 * ```
 * @module
 */
export { BounceAddress, type BounceAddressOptions } from "../feedback/bounce-address.ts";
export type { DeliveryAction, Feedback, FeedbackRecipient } from "../feedback/feedback.ts";
export type { FeedbackSource } from "../feedback/report-source.ts";
export type { EmbeddedDatabase, EmbeddedTransaction } from "./database/embedded.ts";
export type { PostgresClient, PostgresPool } from "./database/postgres.ts";
export type { BulkItem } from "./enqueue/bulk.ts";
export type { EnqueueOptions, MailOptions } from "./enqueue/enqueue-options.ts";
export type { Enqueued } from "./enqueue/enqueuer.ts";
export type { OutboxMessage, RawOutboxMessage } from "./enqueue/rendered.ts";
export type {
  DrizzleVia,
  ExecuteVia,
  KnexVia,
  KyselyVia,
  PrismaVia,
  QueryVia,
  Via,
} from "./enqueue/via.ts";
export type {
  KeepOptions,
  OutboxOptions,
  OutboxRate,
  OutboxRates,
  RetryOptions,
  SuppressOptions,
} from "./options.ts";
export { Outbox } from "./outbox.ts";
export type {
  MailState,
  OutboxAttempt,
  OutboxEvent,
  OutboxMail,
  OutboxRecipient,
  RecordedReply,
} from "./outbox-mail.ts";
export type { OutboxTransaction } from "./outbox-transaction.ts";
export type { EventsOptions } from "./reading/events.ts";
export type { ListOptions } from "./reading/reader.ts";
export type { Percentiles, RecentAttempts } from "./reading/recent-attempts.ts";
export type { OutboxStatus, WorkerStatus } from "./reading/status.ts";
export type { FeedbackResult, ReportAuthentication } from "./suppressions/returns.ts";
export type { Suppression, SuppressionReason } from "./suppressions/suppression.ts";
export type {
  SuppressionItem,
  SuppressionListOptions,
  SuppressionOptions,
  Suppressions,
} from "./suppressions/suppressions.ts";
export type { Worker, WorkOptions } from "./worker/worker.ts";
