import { Connection } from "../../../net/client/connection.ts";
import { Dialer } from "../../../net/client/dialer.ts";
import type { Resumption } from "../../../net/client/session-tickets.ts";
import { greeting, hello } from "../../../protocol/dialogues/hello.ts";
import type { Capabilities } from "../../../protocol/extensions.ts";
import { Failure } from "../../../protocol/failure.ts";
import type { Reply } from "../../../protocol/reply.ts";
import type { SmtpOptions } from "../smtp-options.ts";
import { resumption, secure, upgrade } from "./encrypt.ts";
import { leave } from "./goodbye.ts";
import { helloName } from "./hello-name.ts";
import type { Opening } from "./session-opening.ts";

/** A server that has replied to EHLO, on a connection that is encrypted according to the options. */
export interface Reached {
  readonly connection: Connection;
  readonly greeting: Reply;
  readonly capabilities: Capabilities;
  /** Milliseconds between the last EHLO and its reply. */
  readonly roundTrip: number;
}

/**
 * Connects to the first address of the server that takes mail, and does everything before AUTH.
 *
 * @param leaving receives the goodbyes to connections that were not usable; nothing needs to wait for them.
 */
export async function reach(
  options: SmtpOptions,
  opening: Opening,
  leaving: (goodbye: Promise<void>) => void,
): Promise<Reached> {
  const { clock, timeouts, observer } = options;
  const { cancellation } = opening;
  const dialer = new Dialer({ ...options, plaintext: options.tls.mode === "none" });
  const tickets = resumption(options);
  for (;;) {
    opening.greeted = false;
    const number = connections++;
    const dial = () => dialer.connect((abort) => cancellation.during(abort));
    const stream = await observer.connecting(number, dial);
    const connectionObserver = observer.ofConnection(number);
    const connection = new Connection(stream, { clock, timeouts, observer: connectionObserver, number });
    cancellation.during((reason) => connection.abort(reason));
    try {
      const reached = await introduced(connection, options, tickets, opening);
      dialer.served();
      return reached;
    } catch (error) {
      const told = error instanceof Failure ? error.on(connection) : error;
      leaving(leave(connection));
      if (!(told instanceof Failure) || cancellation.requested) throw told;
      if (mayBeOfTicket(told) && tickets.blamed()) dialer.stay();
      else if (isOfAddress(told)) dialer.passOver(told);
      else throw told;
    }
  }
}

/** The number of the next connection of this process, for observers. */
let connections = 1;

async function introduced(
  connection: Connection,
  options: SmtpOptions,
  tickets: Resumption,
  opening: Opening,
): Promise<Reached> {
  const { clock, dialect, tls, credentials } = options;
  const encrypted = connection.tls !== undefined;
  if (tls.mode === "wrapper" && !encrypted) await secure(connection, options, tickets);
  const greeted = await connection.play(greeting());
  opening.greeted = true;
  tickets.completed();
  const name = helloName(options.helloName, connection);
  let asked = clock.now();
  // HELO offers neither STARTTLS nor AUTH.
  const login = credentials !== undefined;
  const mayHelo = !login && (encrypted || tls.mode !== "required");
  let capabilities = await connection.play(hello(name, { dialect, mayHelo }));
  const mayUpgrade = !encrypted && (tls.mode === "required" || tls.mode === "opportunistic");
  if (mayUpgrade && (await upgrade(connection, capabilities, options, tickets))) {
    asked = clock.now();
    capabilities = await connection.play(hello(name, { dialect, mayHelo: !login }));
    tickets.completed();
  }
  return { connection, greeting: greeted, capabilities, roundTrip: clock.now() - asked };
}

/**
 * Whether a handshake with a ticket may be the reason. A server that refuses the ticket late closes right after the
 * handshake; one that says nothing there, or says why it closes, has another reason.
 */
function mayBeOfTicket({ phase, kind, reply }: Failure): boolean {
  return phase === "tls" || (reply === undefined && (kind === "connection" || kind === "tls"));
}

/**
 * Whether another address of the host may do better. A problem of the certificate, the Tls mode or the configuration
 * holds for all.
 */
function isOfAddress({ kind, transient }: Failure): boolean {
  if (kind === "tls") return transient;
  return kind === "connection" || kind === "timeout" || kind === "rejected" || kind === "protocol";
}
