import type { ErrorKind } from "../errors.ts";
import type { Reply } from "../protocol/reply.ts";
import type { Outcome } from "../protocol/send-report.ts";

/**
 * The state of a mail, and of each recipient.
 *
 * - `"waiting"`: it will be sent: now, at its time, or again after a temporary failure.
 * - `"sending"`: a worker has handed it to the transport.
 * - `"sent"`: the relay accepted it.
 * - `"refused"`: the relay refused it for good, or for as long as it was tried.
 * - `"failed"`: it was not sent, and is not tried any more.
 * - `"unknown"`: its content may have been sent, and nobody knows what became of it.
 * - `"cancelled"`: `cancel` took it back.
 * - `"expired"`: its time `expires` came first.
 * - `"suppressed"`: the list of suppressions has its recipient.
 *
 * Of several recipients, the state of the mail is the first of sending, waiting, unknown, sent, refused, failed,
 * expired, suppressed, cancelled.
 */
export type MailState =
  | "waiting"
  | "sending"
  | "sent"
  | "refused"
  | "failed"
  | "unknown"
  | "cancelled"
  | "expired"
  | "suppressed";

/** The states. */
export const mailStates: readonly MailState[] = [
  "waiting",
  "sending",
  "sent",
  "refused",
  "failed",
  "unknown",
  "cancelled",
  "expired",
  "suppressed",
];

/** A mail of the outbox, as it is recorded. */
export interface OutboxMail {
  /** Its id, a number as a string. */
  readonly id: string;
  /** Its state. */
  readonly state: MailState;
  /** The tenant; the empty string if none was given. */
  readonly tenant: string;
  /** The key it was enqueued with. */
  readonly key?: string | undefined;
  /** The tag it was enqueued with. */
  readonly tag?: string | undefined;
  /** From -9 to 9. */
  readonly priority: number;
  /** When it may be sent: the time it was enqueued for, then that of the next attempt. */
  readonly at: Date;
  /** When it was enqueued. */
  readonly enqueued: Date;
  /** When nothing waits to be sent any more. */
  readonly finished?: Date | undefined;
  /** From when on it is not sent any more. */
  readonly expires?: Date | undefined;
  /** The sender of the envelope; null for the null sender. */
  readonly from: string | null;
  /** The Message-ID with its angle brackets. It is the same in each attempt. */
  readonly messageId: string;
  /** In bytes. */
  readonly size: number;
  /** The recipients of the envelope, in its order. */
  readonly recipients: readonly OutboxRecipient[];
  /** What was done to send it, oldest first. */
  readonly attempts: readonly OutboxAttempt[];
}

/** A recipient of a mail of the outbox. */
export interface OutboxRecipient {
  /** Its address. */
  readonly recipient: string;
  /** What became of the mail for it. */
  readonly state: MailState;
  /** The last reply of the relay about it. */
  readonly reply?: RecordedReply | undefined;
  /** Why it was not sent, if this very recipient is the reason. */
  readonly reason?: string | undefined;
  /** How often it was tried. */
  readonly tries: number;
}

/** A reply as it is recorded. */
export type RecordedReply = Pick<Reply, "code" | "lines"> & { readonly enhancedCode?: string | undefined };

/** One attempt to send a mail. */
export interface OutboxAttempt {
  /** Counted from 1. */
  readonly attempt: number;
  /** The worker that made it. */
  readonly worker?: string | undefined;
  /** When the mail was marked, right before it was handed to the transport. */
  readonly started?: Date | undefined;
  /** When the result was recorded. */
  readonly ended: Date;
  /** The outcome of each recipient that was tried. */
  readonly recipients: readonly {
    readonly recipient: string;
    readonly outcome: Outcome;
    readonly reply?: RecordedReply | undefined;
  }[];
  /** What went wrong. */
  readonly error?: {
    readonly kind: ErrorKind;
    readonly message: string;
    readonly phase?: string | undefined;
  };
  /** The last lines of the connection, if the transport gave them. */
  readonly transcript?: readonly string[] | undefined;
}

/** Something that happened to a mail; see `outbox.events()`. */
export interface OutboxEvent {
  /** Orders the events of an outbox; pass it as `after` to continue. */
  readonly position: string;
  /** The mail. */
  readonly id: string;
  /**
   * What happened: an attempt ended, a worker died in an attempt, the mail was cancelled, expired, suppressed, settled
   * or resent, or feedback about it came.
   */
  readonly kind:
    | "attempt"
    | "unknown"
    | "cancelled"
    | "expired"
    | "suppressed"
    | "settled"
    | "resent"
    | "feedback";
  /** The state of the mail after it. */
  readonly state: MailState;
  /** When. */
  readonly at: Date;
  /** The tenant of the mail. */
  readonly tenant: string;
  /** The key of the mail. */
  readonly key?: string | undefined;
  /** The tag of the mail. */
  readonly tag?: string | undefined;
  /** The attempt, counted from 1. */
  readonly attempt?: number | undefined;
}
