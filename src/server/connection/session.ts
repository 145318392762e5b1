import type { TlsSession } from "../../net/server/tls-acceptor.ts";

/**
 * What is known of a connection, at the moment at which it is handed over; it never changes, but for what the host
 * keeps in `state`.
 */
export interface Session<State = Record<string, unknown>> {
  /** Tells connections apart, in this process. */
  readonly id: string;
  /**
   * The IP address of the client; IPv4 as such, also if the socket has it as `::ffff:192.0.2.1`. Empty for a Unix
   * socket.
   */
  readonly remoteAddress: string;
  /** The port that the client comes from; 0 for a Unix socket. */
  readonly remotePort: number;
  /** The IP address that the client has connected to, or the path of the Unix socket. */
  readonly localAddress: string;
  /** The port that the client has connected to; 0 for a Unix socket. */
  readonly localPort: number;
  /** When the client connected. */
  readonly connectedAt: Date;
  /** How the client introduced itself; after STARTTLS it has to do so again. */
  readonly hello: Hello | undefined;
  /** `undefined` in clear. */
  readonly tls: TlsSession | undefined;
  /** Who has authenticated, if anybody. */
  readonly authenticated: Authenticated | undefined;
  /**
   * The host's own: whatever its hooks want to keep with the connection. Each connection has one, made by the option
   * `state`, empty without it, which lasts as long as the connection does. Also behind STARTTLS: what a client has said
   * in clear does not belong into it, because anybody on the way could have said it.
   */
  readonly state: State;
}

/** How a client introduced itself. Nothing of it is proved. */
export interface Hello {
  /** The command it used. */
  readonly verb: "HELO" | "EHLO" | "LHLO";
  /** What it calls itself. */
  readonly name: string;
}

/** Who has authenticated. */
export interface Authenticated {
  /** The name that the hook `auth` gave. */
  readonly user: string;
  /** The SASL mechanism, as the option `mechanisms` names it. */
  readonly mechanism: string;
}
