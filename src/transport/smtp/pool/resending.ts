import type { TransactionOutcome } from "../../../protocol/dialogues/ledger.ts";
import type { Failure } from "../../../protocol/failure.ts";

/*
 * What happens on a connection that carried another mail before says nothing about the mail: the server may have closed
 * the connection for its age, or for the mails it had before. So the mail goes back to its place in the queue. After
 * the second time it is the first mail of a connection opened for it, and what happens there is final. No mail is tried
 * for ever.
 */

/** After this many failures on connections that carried other mails, a mail is sent over a connection of its own. */
export const FAILURES_BESIDE_OTHERS = 2;

/**
 * What must be sent again after a transaction on a connection that carried another mail before: everything, the
 * recipients that were not sent to, or nothing because the outcome is final.
 */
export function leftToSendAgain(
  { recipients, failure }: TransactionOutcome,
  partial: boolean,
): "everything" | "not-sent" | "nothing" {
  if (failure === undefined) return "nothing";
  if (wantsLogin(failure)) return "everything";
  if (!OF_CONNECTION.has(failure.kind)) return "nothing";
  const outcomes = new Set(recipients.map(({ outcome }) => outcome));
  if (outcomes.has("unknown") || !outcomes.has("not-sent")) return "nothing";
  if (outcomes.size === 1) return "everything";
  // If the mail is for all recipients or none, one refusal decides for all.
  return partial ? "not-sent" : "nothing";
}

/** The outcome of a transaction whose mail would be sent again, if it is not: its caller may do so at once. */
export function notSentAgain(
  outcome: TransactionOutcome,
  failure: Failure,
  left: "everything" | "not-sent",
): TransactionOutcome {
  const nothing = left === "everything";
  return {
    ...outcome,
    ...(nothing && {
      recipients: outcome.recipients.map(({ recipient }) => ({ recipient, outcome: "not-sent" as const })),
    }),
    failure: failure.with({ again: true, transient: true, permanent: false }),
    surplus: undefined,
  };
}

/** Whether the reply to MAIL says that the server needs a new login (RFC 4954 6). */
export function wantsLogin({ phase, reply }: Failure): boolean {
  return phase === "mail" && reply?.code === 530;
}

/** "aborted" and "closed" concern another mail, which was cancelled together with the connection. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  "connection",
  "timeout",
  "protocol",
  "aborted",
  "closed",
]);
