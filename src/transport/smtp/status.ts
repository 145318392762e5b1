import type { SendCounts } from "../send-all/tally.ts";

/** What an SMTP transport is doing now. */
export interface TransportStatus {
  /** The connections that are open, or being opened. */
  readonly connections: {
    /** Those that send, or are being opened. */
    readonly busy: number;
    /** Those that wait for something to send. */
    readonly idle: number;
  };
  /** Mails that wait: for a connection, for a rate, or for the server to have recovered. */
  readonly queued: number;
  /** Mails that a connection has taken, and that have no outcome yet. */
  readonly inFlight: number;
  /** The mails that got their outcome since the transport was built. */
  readonly sent: SendCounts;
  /** Set while the transport sends more slowly than configured, because the server asked for that. */
  readonly slowdown?: Slowdown | undefined;
}

/** How a transport is slowed down. */
export interface Slowdown {
  /** At most this many connections are used. */
  readonly connections: number;
  /** Milliseconds until anything is sent again; 0 if that is now. */
  readonly resumesIn: number;
}
