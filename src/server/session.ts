import type { TlsSession } from "../net/server/tls-acceptor.ts";

/** What is known of a connection, at the moment at which it is handed over; it never changes. */
export interface Session {
  /** Tells connections apart, in this process. */
  readonly id: string;
  /** The IP address of the client, as the socket has it. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** When the client connected. */
  readonly connectedAt: Date;
  /** How the client introduced itself; after STARTTLS it has to do so again. */
  readonly hello: Hello | undefined;
  /** `undefined` in clear. */
  readonly tls: TlsSession | undefined;
  /** Who has authenticated, if anybody. */
  readonly authenticated: Authenticated | undefined;
}

/** How a client introduced itself. Nothing of it is proved. */
export interface Hello {
  readonly verb: "HELO" | "EHLO" | "LHLO";
  readonly name: string;
}

/** Who has authenticated. */
export interface Authenticated {
  /** The name that the hook `auth` gave. */
  readonly user: string;
  readonly mechanism: string;
}
