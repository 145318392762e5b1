import { type Channel, channel, type TracingChannel, tracingChannel } from "node:diagnostics_channel";
import type { EnvoiError } from "../../errors.ts";
import type { ReplyFacts } from "../../net/journal.ts";

/** The client that an event of a server is about. */
export interface ServerClientEvent {
  /** `session.id`, the same as in hooks; absent if the connection was closed before there was a session. */
  readonly session?: string | undefined;
  /** The client's IP address; empty for a Unix socket. */
  readonly remoteAddress: string;
  /** The client's port; 0 for a Unix socket. */
  readonly remotePort: number;
  /** The IP address that the client connected to, or the path of the Unix socket. */
  readonly localAddress: string;
  /** The port that the client connected to; 0 for a Unix socket. */
  readonly localPort: number;
}

/** Why a server refused a client, gave it up, or cut it short. */
export interface Refusal {
  /**
   * - `"limit"`: a limit of the options; `reason` is its name. Each is reported once for a connection.
   * - `"timeout"`: the client, or a hook, took too long; `reason` is the name of the timeout, such as
   *   `"timeouts.command"`.
   * - `"tls"`: the TLS handshake failed.
   * - `"proxy"`: the header of the PROXY protocol was missing, wrong, or of a peer that may not send one.
   * - `"early-talker"`: the client did not wait for the greeting.
   * - `"hook"`: the hook `connect` refused the client.
   */
  readonly kind: "limit" | "timeout" | "tls" | "proxy" | "early-talker" | "hook";
  /** A word for programs, such as `"maxConnections"` or `"no-shared-cipher"`. `server.status()` counts by it. */
  readonly reason: string;
  /** When it happened. */
  readonly phase: ServerPhase;
  /** A sentence for people. It contains nothing that the client said. */
  readonly detail: string;
}

/** What the server was doing with the client. */
export type ServerPhase = "accept" | "proxy" | "tls" | "greeting" | "command" | "auth" | "content";

/** An event of the channel `envoi:server:refused`. */
export interface RefusedEvent extends ServerClientEvent, Refusal {}

/** What the traces of a server have when they have ended. */
export interface ServerTraceEvent extends ServerClientEvent {
  /** How long it took, in milliseconds. */
  duration?: number;
  /** Why it failed. */
  error?: EnvoiError;
}

/** The trace `envoi:server:connection`: a connection, from accept to close. */
export interface ServerConnectionEvent extends ServerTraceEvent {
  /** Whether it was encrypted in the end. */
  tls?: boolean;
  /** How many messages were accepted. */
  mails?: number;
}

/** The trace `envoi:server:tls`: a TLS handshake. */
export interface ServerTlsEvent extends ServerTraceEvent {
  /** The version, such as `"TLSv1.3"`. */
  protocol?: string;
  /** The cipher suite, by its IETF name. */
  cipher?: string;
  /** The name that the client asked for (SNI). */
  servername?: string | undefined;
  /** Why it failed, as in {@link Refusal}. */
  reason?: string;
}

/** The trace `envoi:server:auth`: a login. */
export interface ServerAuthEvent extends ServerTraceEvent {
  /** The mechanism that the client named, in upper case. */
  readonly mechanism: string;
  /** Who logged in, with `logAddresses`. */
  user?: string;
  /** The final reply. */
  reply?: ReplyFacts;
}

/** The trace `envoi:server:command`: a command to its reply. */
export interface ServerCommandEvent extends ServerTraceEvent {
  /** The line, with logins masked, and with addresses masked unless `logAddresses` is set. */
  readonly command: string;
  /** The reply. */
  reply?: ReplyFacts;
}

/** An event of the channel `envoi:server:reply`: every reply, the greeting too. */
export interface ServerReplyEvent extends ServerClientEvent, ReplyFacts {}

/** The trace `envoi:server:mail`: a message, from its first byte of content to the decision about it. */
export interface ServerMailEvent extends ServerTraceEvent {
  /** How many recipients it has. */
  readonly recipients: number;
  /** The sender, with `logAddresses`; `null` for the empty one. */
  readonly from?: string | null;
  /** The recipients, with `logAddresses`. */
  readonly to?: readonly string[];
  /** The bytes of content. */
  octets?: number;
  /** For how many recipients it was accepted, and for how many refused. */
  accepted?: number;
  /** For how many recipients it was refused. */
  refused?: number;
  /** The reply that refused it, or the first of them. */
  reply?: ReplyFacts;
}

/** The channels of `node:diagnostics_channel` of a server. Nothing is prepared if there are no subscribers. */
export const serverChannels: ServerChannels = {
  connection: tracingChannel("envoi:server:connection"),
  tls: tracingChannel("envoi:server:tls"),
  auth: tracingChannel("envoi:server:auth"),
  command: tracingChannel("envoi:server:command"),
  mail: tracingChannel("envoi:server:mail"),
  reply: channel("envoi:server:reply"),
  refused: channel("envoi:server:refused"),
};

/** Both parameters are the same, because Node 26 has them the other way round than Node 20 to 24. */
interface ServerChannels {
  readonly connection: TracingChannel<ServerConnectionEvent, ServerConnectionEvent>;
  readonly tls: TracingChannel<ServerTlsEvent, ServerTlsEvent>;
  readonly auth: TracingChannel<ServerAuthEvent, ServerAuthEvent>;
  readonly command: TracingChannel<ServerCommandEvent, ServerCommandEvent>;
  readonly mail: TracingChannel<ServerMailEvent, ServerMailEvent>;
  readonly reply: Channel;
  readonly refused: Channel;
}
