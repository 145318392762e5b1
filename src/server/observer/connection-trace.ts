import type { Journal } from "../../net/journal.ts";
import type { HandshakeFailure } from "../../net/server/handshake-failure.ts";
import type { ResponderObserver } from "../../protocol/server/responder.ts";
import type { Session } from "../connection/session.ts";
import { parseReply } from "./parsed-reply.ts";
import {
  type ServerAuthEvent,
  type ServerClientEvent,
  type ServerCommandEvent,
  type ServerConnectionEvent,
  type ServerTlsEvent,
  serverChannels,
} from "./server-events.ts";
import { failed, ServerTrace } from "./server-trace.ts";

/** Reports what happens on one connection. The server answers one command after another, so each has its reply. */
export class ConnectionTrace implements ResponderObserver {
  readonly #journal: Journal;
  /** Who the client is now: XCLIENT may name another one. */
  readonly #client: () => ServerClientEvent;
  readonly #session: () => Session;
  readonly #connection: ServerTrace<ServerConnectionEvent>;
  #handshake: ServerTrace<ServerTlsEvent> | undefined;
  #login: ServerTrace<ServerAuthEvent> | undefined;
  #command: ServerTrace<ServerCommandEvent> | undefined;
  /** Whether anybody listens to commands and replies. */
  readonly #lines: boolean;

  constructor(journal: Journal, client: () => ServerClientEvent, session: () => Session) {
    this.#journal = journal;
    this.#client = client;
    this.#session = session;
    const { command, reply } = serverChannels;
    this.#lines = journal.detailed || command.hasSubscribers || reply.hasSubscribers;
    this.#connection = new ServerTrace(journal, serverChannels.connection, client());
    journal.log("debug", this.#connection.event, "a client has connected");
  }

  /** A TLS handshake begins. */
  securing(): void {
    this.#handshake = new ServerTrace(this.#journal, serverChannels.tls, this.#client());
  }

  /** It has succeeded. */
  secured({ tls }: Session): void {
    const event = this.#handshake?.end({
      ...(tls && { protocol: tls.protocol, cipher: tls.cipher, servername: tls.servername }),
    });
    if (event !== undefined) this.#journal.log("debug", event, "TLS: done");
  }

  /** It has failed; the log has that as a refusal. */
  notSecured({ reason, detail }: HandshakeFailure): void {
    this.#handshake?.end({ reason }, failed("tls", detail));
  }

  received(line: string): void {
    if (this.#lines) {
      const command = this.#journal.text(this.#journal.logAddresses ? line : withoutNames(line));
      this.#command = new ServerTrace(this.#journal, serverChannels.command, { ...this.#client(), command });
      this.#journal.log("debug", this.#command.event, "command");
    }
    const mechanism = /^AUTH (\S+)/i.exec(line)?.[1]?.toUpperCase();
    if (mechanism === undefined) return;
    this.#login = new ServerTrace(this.#journal, serverChannels.auth, { ...this.#client(), mechanism });
  }

  sent(octets: string): void {
    if (!this.#lines && this.#login === undefined) return;
    const reply = parseReply(octets, (text) => this.#journal.text(text));
    this.#journal.publish(serverChannels.reply, { ...this.#client(), ...reply });
    this.#journal.log("debug", { ...this.#client(), ...reply }, "reply");
    this.#command?.end({ reply });
    this.#command = undefined;
    if (this.#login !== undefined && reply.code !== 334) this.#loggedIn(this.#login, reply);
  }

  /** The connection is closed, and this many messages were accepted on it. */
  ended(mails: number): void {
    this.#command?.end({}, failed("closed", "the connection ended before the reply"));
    this.#login?.end({}, failed("closed", "the connection ended amid the login"));
    const { tls } = this.#session();
    const event = this.#connection.end({ tls: tls !== undefined, mails });
    this.#journal.log("debug", event, "the connection has ended");
  }

  #loggedIn(login: ServerTrace<ServerAuthEvent>, reply: ReturnType<typeof parseReply>): void {
    this.#login = undefined;
    if (reply.code !== 235) {
      const event = login.end(
        { reply },
        failed("authentication", `the login was refused with ${reply.code}`),
      );
      this.#journal.log("warn", { ...event, error: event.error?.toJSON() }, "login: failed");
      return;
    }
    // Of SCRAM the session learns after the reply.
    queueMicrotask(() => {
      const user = this.#session().authenticated?.user;
      const event = login.end({ reply, ...(this.#journal.logAddresses && user !== undefined && { user }) });
      this.#journal.log("debug", event, "login: done");
    });
  }
}

/** Names of users are personal data too, with or without a domain. */
function withoutNames(line: string): string {
  return line.replace(/^(VRFY|EXPN) .*/is, "$1 [name]").replace(/\b(LOGIN|IDENT)=\S+/gi, "$1=[name]");
}

/** What passes lines on to one observer, or to both. */
export function ofBoth(
  one: ResponderObserver | undefined,
  other: ResponderObserver | undefined,
): ResponderObserver | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    received(line) {
      one.received(line);
      other.received(line);
    },
    sent(reply) {
      one.sent(reply);
      other.sent(reply);
    },
  };
}
