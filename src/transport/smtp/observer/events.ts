import { type Channel, channel, type TracingChannel, tracingChannel } from "node:diagnostics_channel";
import type { EnvoiError } from "../../../errors.ts";
import type { ReplyFacts } from "../../../net/journal.ts";

/** What every event bears. */
export interface TransportEvent {
  /** The host of the transport. */
  readonly host: string;
  /** The port of the transport. */
  readonly port: number;
}

/** What traces bear when they have ended. */
export interface TraceEvent extends TransportEvent {
  /** Milliseconds that it took. */
  duration?: number;
  /** Why it failed; without report, transcript or cause. */
  error?: EnvoiError;
}

/** An event of a connection. */
export interface ConnectionEvent extends TransportEvent {
  /** Connections are numbered within the process. */
  readonly connection: number;
}

/** The trace `envoi:connect`: name look-up and TCP, or what stands in their place. */
export interface ConnectEvent extends ConnectionEvent, TraceEvent {
  /** What was connected to: an address and port, or a path. */
  place?: string;
}

/**
 * The trace `envoi:tls`: a TLS handshake. On the plain channel of the same name it is told, once made, if the
 * certificate does not verify and it goes on all the same.
 */
export interface TlsEvent extends ConnectionEvent, TraceEvent {
  /** `"TLSv1.3"` and the like. */
  protocol?: string;
  /** The name OpenSSL gives the cipher suite. */
  cipher?: string;
  /**
   * `false` where `Tls.Opportunistic`, or an "accept invalid" switch, goes on although the certificate does not verify.
   */
  verified?: boolean;
  /** Whether a session was resumed. */
  resumed?: boolean;
  /** Why the certificate does not verify. */
  reason?: string;
}

/** The trace `envoi:auth`: a login. */
export interface AuthEvent extends ConnectionEvent, TraceEvent {
  /** The mechanism that was used, the last where several were tried; none where it did not come to that. */
  mechanism?: string;
}

/** The trace `envoi:command`: a command, or the content of a mail, up to the reply. */
export interface CommandEvent extends ConnectionEvent, TraceEvent {
  /**
   * The line, with what authenticates and, unless `logAddresses` was said, addresses masked; `"(content)"` for content.
   */
  readonly command: string;
  /** Octets of content so far. */
  octets?: number;
  /** What was answered. */
  reply?: ReplyFacts;
}

/** A reply, told on `envoi:reply`: also the greeting, and others that no command asked for. */
export interface ReplyEvent extends ConnectionEvent, ReplyFacts {}

/** The trace `envoi:send`: one mail, from when it was handed to the transport to its outcome. */
export interface SendEvent extends TransportEvent, TraceEvent {
  /** With its angle brackets, where the mail is a Message. */
  readonly messageId?: string | undefined;
  /** How many recipients it has. */
  readonly recipients: number;
  /** The envelope, where `logAddresses` was said. */
  readonly from?: string | null;
  /** The recipients of the envelope, where `logAddresses` was said. */
  readonly to?: readonly string[];
  /** How many recipients it was accepted for, and how many refused it. */
  accepted?: number;
  /** How many recipients refused it. */
  refused?: number;
  /** The final reply. */
  reply?: ReplyFacts;
}

/** The channels of `node:diagnostics_channel` on which events are told; nothing is made ready where nobody listens. */
export const channels: Channels = {
  connect: tracingChannel("envoi:connect"),
  tls: tracingChannel("envoi:tls"),
  auth: tracingChannel("envoi:auth"),
  command: tracingChannel("envoi:command"),
  reply: channel("envoi:reply"),
  unverified: channel("envoi:tls"),
  send: tracingChannel("envoi:send"),
};

/**
 * Both parameters are the same, because the types of Node 26 have them the other way round than those of Node 20 to 24.
 */
interface Channels {
  readonly connect: TracingChannel<ConnectEvent, ConnectEvent>;
  readonly tls: TracingChannel<TlsEvent, TlsEvent>;
  readonly auth: TracingChannel<AuthEvent, AuthEvent>;
  readonly command: TracingChannel<CommandEvent, CommandEvent>;
  readonly reply: Channel;
  readonly unverified: Channel;
  readonly send: TracingChannel<SendEvent, SendEvent>;
}
