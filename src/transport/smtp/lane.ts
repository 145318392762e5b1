import { EnvoiError } from "../../errors.ts";
import { type TransactionOutcome, transaction } from "../../protocol/dialogues/transaction.ts";
import { Failure } from "../../protocol/failure.ts";
import type { SmtpOptions } from "./options.ts";
import { prepare } from "./prepare.ts";
import { openSession, type Session } from "./session.ts";
import type { Submission } from "./submission.ts";

/** Where a connection lives; empty until somebody connects. */
export interface Slot {
  session: Session | undefined;
}

/**
 * Sends over one slot whatever `next` gives, until it gives nothing.
 *
 * A mail of which nothing was handed over, on a connection that had been used before, is sent once more on a fresh
 * one: the server had let go of the old one. A failure on a fresh connection is told at once.
 */
export async function runLane(
  slot: Slot,
  next: () => Submission | undefined,
  options: SmtpOptions,
): Promise<void> {
  for (let submission = next(); submission !== undefined; submission = next()) {
    const used = slot.session !== undefined && !slot.session.connection.broken;
    const outcome = await submit(slot, submission, options);
    if (outcome instanceof Failure) {
      if (used && stale(outcome) && !submission.cancellation.requested)
        await again(slot, submission, outcome, options);
      else submission.notSent(outcome);
    }
  }
}

async function again(
  slot: Slot,
  submission: Submission,
  first: Failure,
  options: SmtpOptions,
): Promise<void> {
  const outcome = await submit(slot, submission, options);
  // Content that cannot be read a second time is no news: what is to be told is why it had to be.
  if (outcome instanceof Failure) submission.notSent(outcome.kind === "content" ? first : outcome);
}

/** Sends one mail and settles it; a Failure says that nothing of it was handed over, and leaves it open. */
async function submit(
  slot: Slot,
  submission: Submission,
  options: SmtpOptions,
): Promise<Failure | undefined> {
  try {
    if (slot.session?.connection.broken) slot.session = undefined;
    slot.session ??= await openSession(options, submission.cancellation);
    const { session } = slot;
    const outcome = await deliver(session, submission, options);
    if (!outcome.reusable) {
      slot.session = undefined;
      session.connection.abort(() => outcome.failure ?? done);
    }
    const untouched = outcome.recipients.every((recipient) => recipient.outcome === "not-sent");
    if (untouched && outcome.failure !== undefined) return outcome.failure;
    submission.settle(outcome, session.connection.tls);
    return undefined;
  } catch (error) {
    return error instanceof Failure ? error : unexpected(error);
  }
}

async function deliver(
  session: Session,
  submission: Submission,
  options: SmtpOptions,
): Promise<TransactionOutcome> {
  const { connection, peer } = session;
  const prepared = prepare(submission.mail, peer, options.smtpUtf8, submission.cancellation);
  const mail = prepared instanceof Promise ? await prepared : prepared;
  submission.cancellation.during((reason) => connection.abort(reason));
  const pipelining = options.pipelining === "auto" && peer.extensions.PIPELINING === true;
  const reset = session.reset || options.clock.now() - session.idleSince > IDLE;
  const outcome = await connection.play(
    transaction({ ...mail, contentStarts: () => submission.contentStarts?.() }, { pipelining, reset }),
  );
  session.idleSince = options.clock.now();
  session.reset = outcome.failure !== undefined;
  return outcome;
}

/** After this many milliseconds without use a server may have let go, and RSET asks before anything else. */
const IDLE = 1000;

const done = new Failure({ kind: "closed", phase: "quit", message: "the connection has been closed" });

/** Whether a failure may be the connection's age. */
function stale({ kind }: Failure): boolean {
  return kind === "connection" || kind === "timeout" || kind === "protocol";
}

function unexpected(cause: unknown): Failure {
  const message = cause instanceof Error ? cause.message : String(cause);
  const { kind, permanent } = EnvoiError.is(cause) ? cause : { kind: "content" as const, permanent: false };
  return new Failure({ kind, phase: "mail", message, cause, permanent });
}
