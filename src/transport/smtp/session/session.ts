import { Moment } from "../../../net/moment.ts";
import type { Window } from "../../../protocol/dialogues/window.ts";
import { Failure } from "../../../protocol/failure.ts";
import { logIn } from "../login/log-in.ts";
import type { LoginGate } from "../login/login-gate.ts";
import type { SmtpOptions } from "../options.ts";
import { leave, letGo } from "./goodbye.ts";
import type { Opening } from "./opening.ts";
import { type Reached, reach } from "./reach.ts";

/** A connection on which mail can be sent, and what is known of the server behind it. */
export interface Session extends Reached {
  /** How much may be unanswered in a window; there once the server was seen to discard what it refuses. */
  window: Window | undefined;
  /** The server was not seen to, in a conversation that went on: it gets no window. */
  unproved: boolean;
  /** The server wants a new login. */
  expired: boolean;
  /** Something may be left of the transaction before: RSET goes in front of the next. */
  reset: boolean;
  /** When it was opened. */
  readonly since: Moment;
  /** How often a sender was named on it. */
  mails: number;
  /** It has carried a mail, or is carrying one. */
  used: boolean;
}

/**
 * Connects, encrypts and logs in, as the options have it.
 *
 * @param gate Says when this opening may log in.
 * @param leaving Is given the goodbyes to connections that came to nothing; nobody has to wait for them.
 */
export async function openSession(
  options: SmtpOptions,
  opening: Opening,
  gate: LoginGate,
  leaving: (goodbye: Promise<void>) => void = () => {},
): Promise<Session> {
  const reached = await reach(options, opening, leaving);
  const { connection, capabilities } = reached;
  try {
    if (options.credentials !== undefined) {
      const { credentials } = options;
      const context = { opening, verdicts: gate.verdicts };
      const login = (trying: (mechanism: string) => void) =>
        logIn(connection, capabilities, credentials, options, context, trying);
      await gate.pass(opening, connection, () => options.observer.loggingIn(connection.number, login));
    }
    // It may have ended behind the last reply.
    if (connection.failure !== undefined) throw connection.failure;
    return {
      ...reached,
      window: undefined,
      unproved: false,
      expired: false,
      reset: false,
      since: new Moment(options.clock),
      mails: 0,
      used: false,
    };
  } catch (error) {
    const told = error instanceof Failure ? error.on(connection) : error;
    leaving(leave(connection));
    throw told;
  }
}

/**
 * Whether a connection takes no more mail: it has had all that one may have, or all the time, or the server wants a new
 * login.
 */
export function isSpent(session: Session, options: SmtpOptions): boolean {
  const { expired, since } = session;
  const { pool } = options;
  if (expired || mailsLeft(session, options) <= 0) return true;
  return pool.maxLifetime !== Number.POSITIVE_INFINITY && since.age >= pool.maxLifetime;
}

/** How many mails a connection may still have. MAIL counts for the server, also where it refuses it (RFC 9422 4.1). */
export function mailsLeft({ mails, capabilities }: Session, { pool }: SmtpOptions): number {
  return (
    Math.min(
      pool.maxMessagesPerConnection,
      capabilities.extensions.LIMITS?.MAILMAX ?? Number.POSITIVE_INFINITY,
    ) - mails
  );
}

/** Says goodbye and lets go of the connection. */
export async function closeSession({ connection }: Session): Promise<void> {
  await leave(connection);
}

/** Lets go of the connection without a word, or without waiting for the answer to the last. */
export function cutSession({ connection }: Session): void {
  letGo(connection);
}
