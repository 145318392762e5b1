import { EnvoiError, reasonOf } from "../../errors.ts";
import type { Reply } from "../../protocol/reply.ts";
import { isSendError, type SmtpError } from "../../protocol/send-error.ts";
import type { RecipientOutcome, SendReport } from "../../protocol/send-report.ts";
import type { ReadOutboxOptions } from "../options.ts";
import type { OutboxAttempt, RecordedReply } from "../outbox-mail.ts";
import { overall, type RecordedRecipient } from "../recorded-recipient.ts";
import type { ClaimedMail } from "./claimed-mail.ts";

/** The right to send one mail within a rate: a row of the table `permit`. */
export interface Permit {
  readonly rate: string;
  readonly n: number;
}

/** What an attempt has made of a mail, as the ledger writes it. */
export interface AttemptResult {
  readonly id: string;
  readonly claim: string;
  /** The state of the mail in the table. */
  readonly state: string;
  readonly recipients: readonly RecordedRecipient[];
  /** Milliseconds until the next attempt; null if there is none. */
  readonly wait: number | null;
  readonly final: boolean;
  /** What is kept of the attempt; null if nothing was handed to the transport. */
  readonly detail: Pick<OutboxAttempt, "recipients" | "error" | "transcript"> | null;
  /** The permits that the attempt used. */
  readonly permits?: readonly Permit[];
}

/** How an attempt ended: with a report, or with an error. */
export type Ended = { readonly report: SendReport } | { readonly error: unknown };

/**
 * What becomes of a mail after an attempt, recipient by recipient: accepted ones are sent; refusals for good, and what
 * cannot be sent by any attempt, end; the others wait for the next attempt, until the time for attempts is over.
 *
 * @param age milliseconds since the mail's first time
 * @param suppressed the recipients that the mail was not sent to
 */
export function attemptResult(
  mail: ClaimedMail,
  ended: Ended,
  suppressed: ReadonlySet<string>,
  age: number,
  retry: ReadOutboxOptions["retry"],
): AttemptResult {
  const error = "error" in ended ? ended.error : undefined;
  const outcomes = new Map(outcomesOf(mail, ended).map((each) => [each.recipient.toString(), each]));
  const over = age >= retry.for;
  const recipients = mail.recipients.map((each): RecordedRecipient => {
    if (each.state !== "waiting") return each;
    if (suppressed.has(each.recipient)) return { ...each, state: "suppressed" };
    const outcome = outcomes.get(each.recipient);
    return outcome === undefined ? each : recorded(each, outcome, error, over, mail.again);
  });
  // A mail at which servers always close the connection would otherwise do so for ever.
  const progress = [...outcomes.values()].some(({ outcome }) => outcome === "accepted");
  const atOnce = mayGoAtOnce(error) && (progress || mail.attempts < 3);
  const pause = atOnce ? 0 : backoff(mail.attempts, age, retry);
  const wait = recipients.some(({ state }) => state === "waiting") ? pause : null;
  return { ...settled(mail, recipients, wait), detail: detailOf([...outcomes.values()], error) };
}

/** A mail that was marked, but not handed to the transport: it waits again at once. */
export function untouched(mail: ClaimedMail): AttemptResult {
  return { ...settled(mail, mail.recipients, 0), detail: null };
}

/** A mail of which every recipient that waited is suppressed. */
export function allSuppressed(mail: ClaimedMail): AttemptResult {
  const recipients = mail.recipients.map(
    (each): RecordedRecipient => (each.state === "waiting" ? { ...each, state: "suppressed" } : each),
  );
  return { ...settled(mail, recipients, null), detail: null };
}

function settled(
  { id, claim }: ClaimedMail,
  recipients: readonly RecordedRecipient[],
  wait: number | null,
): Omit<AttemptResult, "detail"> {
  const state = overall(recipients);
  const shown = state === "waiting" ? (wait === 0 ? "ready" : "scheduled") : state;
  const final = state !== "waiting" && state !== "unknown";
  return { id, claim, state: shown, recipients, wait, final };
}

/** An outcome whose recipient has an address, or is one. */
type Known = Omit<RecipientOutcome, "recipient" | "via"> & { readonly recipient: { toString(): string } };

/** A transport that rejects with an error of its own does not say what it has done. */
function outcomesOf(mail: ClaimedMail, ended: Ended): readonly Known[] {
  if ("report" in ended) return ended.report.recipients;
  const { error } = ended;
  if (isSendError(error)) return error.report.recipients;
  const outcome = EnvoiError.is(error) && error.delivery === "not-sent" ? "not-sent" : "unknown";
  return mail.recipients
    .filter(({ state }) => state === "waiting")
    .map(({ recipient }) => ({ recipient, outcome }));
}

function recorded(
  before: RecordedRecipient,
  { outcome, reply, reason }: Omit<Known, "recipient">,
  error: unknown,
  over: boolean,
  again: boolean,
): RecordedRecipient {
  const each = {
    recipient: before.recipient,
    tries: before.tries + 1,
    ...(reply === undefined ? {} : { reply: shown(reply) }),
    ...(reason === undefined ? {} : { reason }),
  };
  switch (outcome) {
    case "accepted":
      return { ...each, state: "sent" };
    case "refused": {
      const forNow = reply !== undefined && reply.code < 500;
      return { ...each, state: forNow && !over ? "waiting" : "refused" };
    }
    case "not-sent":
      return { ...each, state: reason !== undefined || over || isAboutTheMail(error) ? "failed" : "waiting" };
    case "unknown":
      return { ...each, state: again && !over ? "waiting" : "unknown" };
  }
}

/** Whether nothing of the error is about the mail: without rates, the transport would have sent it again itself. */
function mayGoAtOnce(error: unknown): boolean {
  return isSendError(error) && (error as Partial<SmtpError>).again === true;
}

/** Whether no attempt can send this mail. A wrong password or certificate says nothing about the mail. */
function isAboutTheMail(error: unknown): boolean {
  if (!EnvoiError.is(error) || !error.permanent) return false;
  return ["unsupported", "too-large", "content", "message", "address", "rejected"].includes(error.kind);
}

/** Whether an attempt failed for a reason that the next mail will meet too. */
export function isAboutTheRelay(ended: Ended): boolean {
  if (!("error" in ended) || !EnvoiError.is(ended.error) || ended.error.delivery !== "not-sent") return false;
  if (mayGoAtOnce(ended.error)) return false;
  const kinds = ["connection", "timeout", "tls", "authentication", "closed", "configuration", "queue-full"];
  return kinds.includes(ended.error.kind);
}

function backoff(
  attempts: number,
  age: number,
  { for: whole, first, longest }: ReadOutboxOptions["retry"],
): number {
  const wait = Math.min(longest, first * 2 ** Math.min(attempts, 30)) * (1 + Math.random() / 5);
  return Math.max(1, Math.min(wait, whole - age));
}

function detailOf(outcomes: readonly Known[], error: unknown): AttemptResult["detail"] {
  const recipients = outcomes.map(({ recipient, outcome, reply }) => ({
    recipient: recipient.toString(),
    outcome,
    ...(reply === undefined ? {} : { reply: shown(reply) }),
  }));
  if (error === undefined) return { recipients };
  const { phase, transcript } = Object(error) as { phase?: string; transcript?: readonly string[] };
  const kind = EnvoiError.is(error) ? error.kind : "protocol";
  return {
    recipients,
    error: { kind, message: reasonOf(error), ...(phase === undefined ? {} : { phase }) },
    ...(transcript === undefined || transcript.length === 0 ? {} : { transcript }),
  };
}

function shown({ code, enhancedCode, lines }: Reply): RecordedReply {
  return { code, ...(enhancedCode === undefined ? {} : { enhancedCode }), lines };
}
