import { Connection } from "../../../net/client/connection.ts";
import { Dialer } from "../../../net/client/dialer.ts";
import { Moment } from "../../../net/moment.ts";
import { greeting, hello, quit, startTls } from "../../../protocol/dialogues/opening.ts";
import type { Window } from "../../../protocol/dialogues/window.ts";
import type { Peer } from "../../../protocol/extensions.ts";
import { Failure } from "../../../protocol/failure.ts";
import type { Phase } from "../../../protocol/phase.ts";
import type { Reply } from "../../../protocol/reply.ts";
import type { Cancellation } from "../cancellation.ts";
import { logIn } from "../login/log-in.ts";
import type { SmtpOptions } from "../options.ts";
import { TlsParameters } from "../tls/tls-parameters.ts";
import { helloName } from "./hello-name.ts";

/** A connection on which mail can be sent, and what is known of the server behind it. */
export interface Session {
  readonly connection: Connection;
  readonly greeting: Reply;
  readonly peer: Peer;
  /** How much may be unanswered in row 3; there once the server was seen to discard what it refuses. */
  window: Window | undefined;
  /** The server was not seen to, in a conversation that went on: row 3 is not for this connection. */
  unproved: boolean;
  /** The server wants a new login. */
  expired: boolean;
  /** Milliseconds between the last EHLO and its reply. */
  readonly roundTrip: number;
  /** Something may be left of the transaction before: RSET goes in front of the next. */
  reset: boolean;
  /** When it was opened. */
  readonly since: Moment;
  /** Mails whose sender was named on it. */
  mails: number;
}

/**
 * Connects, encrypts and logs in, as the options have it.
 *
 * @param leaving Is given the goodbyes to connections that came to nothing; nobody has to wait for them.
 */
export async function openSession(
  options: SmtpOptions,
  cancellation: Cancellation,
  leaving: (goodbye: Promise<void>) => void = () => {},
): Promise<Session> {
  const { connection, greeting } = await reach(options, cancellation, leaving);
  try {
    const name = helloName(options.helloName, connection);
    let asked = options.clock.now();
    let peer = await connection.play(hello(name, options.dialect));
    if (
      (options.tls.mode === "required" || options.tls.mode === "opportunistic") &&
      (await upgrade(connection, peer, options))
    ) {
      asked = options.clock.now();
      peer = await connection.play(hello(name, options.dialect));
    }
    const roundTrip = options.clock.now() - asked;
    if (options.credentials !== undefined) {
      const { credentials } = options;
      await options.observer.loggingIn(connection.number, (trying) =>
        logIn(connection, peer, credentials, options, cancellation, trying),
      );
    }
    return {
      connection,
      greeting,
      peer,
      roundTrip,
      window: undefined,
      unproved: false,
      expired: false,
      reset: false,
      since: new Moment(options.clock),
      mails: 0,
    };
  } catch (error) {
    const told = error instanceof Failure ? error.on(connection) : error;
    leaving(leave(connection));
    throw told;
  }
}

/** Connects to the first address of the host whose greeting does not send us away. */
async function reach(
  options: SmtpOptions,
  cancellation: Cancellation,
  leaving: (goodbye: Promise<void>) => void,
): Promise<Pick<Session, "connection" | "greeting">> {
  const { clock, timeouts, observer } = options;
  const dialer = new Dialer(options);
  for (;;) {
    const number = connections++;
    const dial = () => dialer.connect((abort) => cancellation.during(abort));
    const link = await observer.connecting(number, dial);
    const onlooker = observer.onlooker(number);
    const connection = new Connection(link, { clock, timeouts, onlooker, number });
    cancellation.during((reason) => connection.abort(reason));
    try {
      if (options.tls.mode === "wrapper") await secure(connection, options);
      return { connection, greeting: await connection.play(greeting()) };
    } catch (error) {
      const told = error instanceof Failure ? error.on(connection) : error;
      leaving(leave(connection));
      if (!(told instanceof Failure) || !sendsAway(told)) throw told;
      dialer.passOver(told);
    }
  }
}

/** Connections are numbered within the process, for those who look on. */
let connections = 1;

/** Another address of the same name may take mail: this one is busy or closing, or no mail server (RFC 5321 3.1). */
function sendsAway({ phase, reply }: Failure): boolean {
  return phase === "greeting" && (reply?.code === 421 || reply?.code === 554);
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
export function mailsLeft({ mails, peer }: Session, { pool }: SmtpOptions): number {
  return (
    Math.min(pool.maxMessagesPerConnection, peer.extensions.LIMITS?.MAILMAX ?? Number.POSITIVE_INFINITY) -
    mails
  );
}

/** Says goodbye and lets go of the connection. */
export async function closeSession({ connection }: Session): Promise<void> {
  await leave(connection);
}

/** Lets go of the connection without a word, or without waiting for the answer to the last. */
export function cutSession({ connection }: Session): void {
  connection.abort(letGo);
}

async function leave(connection: Connection): Promise<void> {
  // Once the goodbye has been said, its reply changes nothing; nor does a server that does not answer it.
  if (!connection.broken) await connection.play(quit()).catch(() => {});
  connection.abort(letGo);
}

function letGo(phase: Phase): Failure {
  return new Failure({ kind: "closed", phase, message: "the connection has been closed" });
}

/** STARTTLS; whether the connection is encrypted afterwards. */
async function upgrade(connection: Connection, peer: Peer, options: SmtpOptions): Promise<boolean> {
  const required = options.tls.mode === "required";
  if (peer.extensions.STARTTLS === undefined) {
    if (required) throw withheld(options);
    return false;
  }
  const reply = await connection.play(startTls());
  if (reply.code !== 220) {
    if (!required) return false;
    throw new Failure({
      kind: "tls",
      phase: "starttls",
      message: `the server refused STARTTLS: ${reply}`,
      reply,
    });
  }
  await secure(connection, options);
  return true;
}

async function secure(
  connection: Connection,
  { host, port, tls, tickets, observer }: SmtpOptions,
): Promise<void> {
  let reason: string | undefined;
  const note = (problem: string) => {
    reason = problem;
  };
  const parameters = tls.parameters ?? trustedByNode;
  // The zone of a link-local address is no part of what a certificate bears.
  const name = parameters.domain ?? host.replace(/%.*$/s, "");
  const expectations = {
    ...TlsParameters.trust(parameters),
    name,
    tolerant: tls.mode === "opportunistic",
    unverified: note,
    tickets: tickets.at(host, port, name),
  };
  const handshake = () => connection.secure(expectations);
  await observer.securing(connection.number, handshake, () => reason);
}

const trustedByNode = TlsParameters.builder().build();

function withheld({ port }: SmtpOptions): Failure {
  const elsewhere = port === 465 ? "; on port 465 use Tls.Wrapper" : "";
  const message = `the server does not offer STARTTLS, and Tls.Required sends nothing in clear${elsewhere}`;
  return new Failure({ kind: "tls", phase: "starttls", message, transient: false, permanent: true });
}
