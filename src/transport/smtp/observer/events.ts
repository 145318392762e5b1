import { type Channel, channel, type TracingChannel, tracingChannel } from "node:diagnostics_channel";
import type { EnvoiError } from "../../../errors.ts";
import type { ReplyFacts } from "../../../net/journal.ts";

/** What all events have in common. */
export interface TransportEvent {
  /** The host of the transport. */
  readonly host: string;
  /** The port of the transport. */
  readonly port: number;
}

/** What ended traces have in common. */
export interface TraceEvent extends TransportEvent {
  /** How many milliseconds it took. */
  duration?: number;
  /** Why it failed; without report, transcript and cause. */
  error?: EnvoiError;
}

/** An event of a connection. */
export interface ConnectionEvent extends TransportEvent {
  /** The number of the connection within the process. */
  readonly connection: number;
}

/** The trace `envoi:connect`: name look-up and TCP, or the proxy, connector or Unix socket instead. */
export interface ConnectEvent extends ConnectionEvent, TraceEvent {
  /** The address and port, or the path, that the transport connected to. */
  place?: string;
}

/**
 * The trace `envoi:tls`: a TLS handshake. If the certificate is not valid and the connection continues, the event is
 * also published on the plain channel of the same name after the handshake.
 */
export interface TlsEvent extends ConnectionEvent, TraceEvent {
  /** Such as `"TLSv1.3"`. */
  protocol?: string;
  /** OpenSSL's name of the cipher suite. */
  cipher?: string;
  /**
   * `false` if the certificate is not valid and the connection continues, because of `Tls.Opportunistic` or an "accept
   * invalid" setting.
   */
  verified?: boolean;
  /** Whether a session was resumed. */
  resumed?: boolean;
  /** Why the certificate is not valid. */
  reason?: string;
}

/** The trace `envoi:auth`: a login. */
export interface AuthEvent extends ConnectionEvent, TraceEvent {
  /** The mechanism that was used, the last one if several were tried; absent if none was. */
  mechanism?: string;
}

/** The trace `envoi:command`: a command, or the content of a mail, until its reply. */
export interface CommandEvent extends ConnectionEvent, TraceEvent {
  /** The line, with secrets masked and, unless `logAddresses` is set, addresses too; `"(content)"` for content. */
  readonly command: string;
  /** How many bytes of content were sent so far. */
  octets?: number;
  /** The reply. */
  reply?: ReplyFacts;
}

/** A reply, published on `envoi:reply`: also the greeting, and others that no command caused. */
export interface ReplyEvent extends ConnectionEvent, ReplyFacts {}

/** The trace `envoi:send`: one mail, from the call of `send` to its outcome. */
export interface SendEvent extends TransportEvent, TraceEvent {
  /** With its angle brackets; set if the mail is a Message. */
  readonly messageId?: string | undefined;
  /** How many recipients it has. */
  readonly recipients: number;
  /** The sender of the envelope, if `logAddresses` is set. */
  readonly from?: string | null;
  /** The recipients of the envelope, if `logAddresses` is set. */
  readonly to?: readonly string[];
  /** How many recipients it was accepted for. */
  accepted?: number;
  /** How many recipients refused it. */
  refused?: number;
  /** The final reply. */
  reply?: ReplyFacts;
}

/** The channels of `node:diagnostics_channel` for events. An event is made only if something listens. */
export const channels: Channels = {
  connect: tracingChannel("envoi:connect"),
  tls: tracingChannel("envoi:tls"),
  auth: tracingChannel("envoi:auth"),
  command: tracingChannel("envoi:command"),
  reply: channel("envoi:reply"),
  unverified: channel("envoi:tls"),
  send: tracingChannel("envoi:send"),
};

/** Both type parameters are the same, because Node 26 has them in the opposite order of Node 20 to 24. */
interface Channels {
  readonly connect: TracingChannel<ConnectEvent, ConnectEvent>;
  readonly tls: TracingChannel<TlsEvent, TlsEvent>;
  readonly auth: TracingChannel<AuthEvent, AuthEvent>;
  readonly command: TracingChannel<CommandEvent, CommandEvent>;
  readonly reply: Channel;
  readonly unverified: Channel;
  readonly send: TracingChannel<SendEvent, SendEvent>;
}
