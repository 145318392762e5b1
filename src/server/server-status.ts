import type { ConnectionState } from "./connection/connection.ts";

/** What a server is doing, as `server.status()` reports it: numbers and places, and nothing about single clients. */
export interface ServerStatus {
  /** When the server began to listen. All counts are since then. */
  readonly since: Date;
  /** What it listens on, in the order of the option `listeners`. */
  readonly listeners: readonly ListenerStatus[];
  /** Its connections. */
  readonly connections: {
    /** How many there are now. */
    readonly open: number;
    /** How many of these are encrypted. */
    readonly tls: number;
    /**
     * How many are in each state: before their PROXY header, before the greeting (`greetingDelay`, the hook `connect`),
     * in a TLS handshake, without a transaction, in one, within the content of a message, turned by ATRN, or about to
     * be closed.
     */
    readonly states: Readonly<Record<"proxy" | ConnectionState, number>>;
    /** How many there have been, with those that were refused. */
    readonly total: number;
  };
  /** The messages under way: transactions that have begun and have no final reply. */
  readonly underWay: number;
  /**
   * How often clients were refused, timed out or exceeded a limit, by `reason` of the channel `envoi:server:refused`.
   */
  readonly refused: Readonly<Record<string, number>>;
  /** The messages that were accepted. */
  readonly mails: number;
  /** The bytes of their content. */
  readonly octets: number;
}

/** A port or a Unix socket, as `server.status()` reports it. */
export interface ListenerStatus {
  /** The IP address; empty for a Unix socket. */
  readonly address: string;
  /** 0 for a Unix socket. */
  readonly port: number;
  /** The path of a Unix socket. */
  readonly path?: string;
  /** How it speaks TLS. */
  readonly tls: "none" | "starttls" | "implicit";
  /** Whether it speaks LMTP. */
  readonly lmtp: boolean;
}

/** What is known of one connection. */
interface Counted {
  readonly state: ConnectionState;
  readonly encrypted: boolean;
}

/**
 * Counts connections by what they are doing.
 *
 * @param proxy how many wait for their PROXY header
 */
export function countStates(
  connections: Iterable<Counted>,
  proxy: number,
): Omit<ServerStatus["connections"], "total"> {
  const states = {
    proxy,
    greeting: 0,
    handshake: 0,
    idle: 0,
    transaction: 0,
    content: 0,
    turned: 0,
    closing: 0,
  };
  let open = proxy;
  let tls = 0;
  for (const { state, encrypted } of connections) {
    states[state]++;
    open++;
    if (encrypted) tls++;
  }
  return { open, tls, states };
}
