import type { TlsSession } from "../../net/server/tls-acceptor.ts";
import type { ClientIdentity } from "./client-identity.ts";

/** What is known of a connection at one moment. A session never changes, except for the contents of `state`. */
export interface Session<State = Record<string, unknown>> extends ClientIdentity {
  /** A random UUID of the connection. The ids in the Received fields of its messages begin with it. */
  readonly id: string;
  /** When the client connected. */
  readonly connectedAt: Date;
  /** How the client introduced itself. After STARTTLS it must do so again. */
  readonly hello: Hello | undefined;
  /** The TLS connection; `undefined` without TLS. */
  readonly tls: TlsSession | undefined;
  /** Who authenticated; `undefined` before that. */
  readonly authenticated: Authenticated | undefined;
  /**
   * A value for the hooks of the host application, which lives as long as the connection. The option `state` creates
   * it; by default it is an empty object. It survives STARTTLS, so keep nothing in it that a client said before TLS: an
   * attacker could have changed it.
   */
  readonly state: State;
}

/** How a client introduced itself. None of it is verified. */
export interface Hello {
  /** The command that the client used. */
  readonly verb: "HELO" | "EHLO" | "LHLO";
  /** The name that the client gives itself. */
  readonly name: string;
}

/** An authenticated user. */
export interface Authenticated {
  /** The name that the hook `auth` returned. */
  readonly user: string;
  /** The SASL mechanism, by its name in the option `mechanisms`. */
  readonly mechanism: string;
}
