import type { Connection } from "../../../net/client/connection.ts";
import { Moment } from "../../../net/moment.ts";
import type { Window } from "../../../protocol/dialogues/window.ts";
import type { Capabilities } from "../../../protocol/extensions.ts";
import { Failure } from "../../../protocol/failure.ts";
import type { Reply } from "../../../protocol/reply.ts";
import { logIn } from "../login/log-in.ts";
import type { LoginTurns } from "../login/login-turns.ts";
import type { SmtpOptions } from "../smtp-options.ts";
import { leave, letGo } from "./goodbye.ts";
import { type Reached, reach } from "./reach-server.ts";
import type { Opening } from "./session-opening.ts";

/** A connection that is ready for mail, with what is known about the server. */
export class Session {
  readonly connection: Connection;
  readonly greeting: Reply;
  readonly capabilities: Capabilities;
  /** Milliseconds between the last EHLO and its reply. */
  readonly roundTrip: number;
  /** How much may be unanswered; set once the server has passed the probe for a window. */
  window: Window | undefined;
  /** The server did not pass the probe for a window; the connection continues without one. */
  unproved = false;
  /** The server requires a new login. */
  expired = false;
  /** The server may still have an open transaction: RSET must precede the next. */
  unclean = false;
  /** How many MAIL commands were sent. */
  mails = 0;
  /** It has carried a mail, or is carrying one. */
  used = false;
  /** Whether binary content may be sent (RFC 3030 3). Its parts that are 8-bit lines need 8BITMIME too. */
  readonly mayBinary: boolean;
  /** Whether commands may be sent together (RFC 2920). */
  readonly pipelining: boolean;
  readonly #windows: boolean;
  readonly #mostMails: number;
  readonly #since: Moment;
  readonly #maxLifetime: number;

  constructor({ connection, greeting, capabilities, roundTrip }: Reached, options: SmtpOptions) {
    this.connection = connection;
    this.greeting = greeting;
    this.capabilities = capabilities;
    this.roundTrip = roundTrip;
    const { pipelining, chunking, dialect, pool } = options;
    const { BINARYMIME, "8BITMIME": eightBit, PIPELINING, LIMITS } = capabilities.extensions;
    const chunks = takesChunks(capabilities, greeting);
    this.pipelining = pipelining !== "off" && PIPELINING === true;
    const isOffered = BINARYMIME === true && eightBit === true;
    this.mayBinary = chunking === "auto" && pipelining !== "off" && isOffered && chunks;
    this.#windows = pipelining === "window" && dialect === "smtp" && chunks;
    this.#mostMails = Math.min(pool.maxMessagesPerConnection, LIMITS?.MAILMAX ?? Number.POSITIVE_INFINITY);
    this.#maxLifetime = pool.maxLifetime;
    this.#since = new Moment(options.clock);
  }

  /**
   * Whether the connection takes no more mail: it has had all the mails or all the time that a connection may have, or
   * the server requires a new login.
   */
  get spent(): boolean {
    if (this.expired || this.mailsLeft <= 0) return true;
    return this.#maxLifetime !== Number.POSITIVE_INFINITY && this.#since.age >= this.#maxLifetime;
  }

  /** Whether the connection takes another mail. */
  get usable(): boolean {
    return !this.connection.broken && !this.spent;
  }

  /** How many more mails it may carry. The server counts each MAIL, even one that it refuses (RFC 9422 4.1). */
  get mailsLeft(): number {
    return this.#mostMails - this.mails;
  }

  /** Whether mails may be sent in a window on this connection, once the server has passed the probe. */
  get mayWindow(): boolean {
    return this.#windows && !this.unproved;
  }

  /** Counts a mail whose MAIL is about to be sent. */
  carries(): void {
    this.used = true;
    this.mails++;
  }

  /** Says goodbye and closes the connection. */
  async close(): Promise<void> {
    await leave(this.connection);
  }

  /** Closes the connection without saying goodbye, or without waiting for the reply to it. */
  cut(): void {
    letGo(this.connection);
  }
}

/**
 * Connects, encrypts and logs in, according to the options.
 *
 * @param turns Says when this opening may log in.
 * @param leaving Receives the goodbyes to connections that were not usable; nothing needs to wait for them.
 */
export async function openSession(
  options: SmtpOptions,
  opening: Opening,
  turns: LoginTurns,
  leaving: (goodbye: Promise<void>) => void = () => {},
): Promise<Session> {
  const reached = await reach(options, opening, leaving);
  const { connection, capabilities } = reached;
  try {
    if (options.credentials !== undefined) {
      const { credentials } = options;
      const context = { opening, verdicts: turns.verdicts };
      const login = (trying: (mechanism: string) => void) =>
        logIn(connection, capabilities, credentials, options, context, trying);
      await turns.pass(opening, connection, () => options.observer.loggingIn(connection.number, login));
    }
    // It may have ended after the last reply.
    if (connection.failure !== undefined) throw connection.failure;
    return new Session(reached, options);
  } catch (error) {
    const told = error instanceof Failure ? error.on(connection) : error;
    leaving(leave(connection));
    throw told;
  }
}

/**
 * Whether this server accepts chunks before it has answered earlier commands. Some of Microsoft's servers hang on BDAT.
 */
function takesChunks({ extensions }: Capabilities, greeting: Reply): boolean {
  const { PIPELINING, CHUNKING } = extensions;
  return PIPELINING === true && CHUNKING === true && !/\bmicrosoft\b/i.test(greeting.lines.join(" "));
}
