import type { TlsSession } from "../../net/server/tls-acceptor.ts";
import type { ClientIdentity } from "./client-identity.ts";

/** What is known of a connection at one moment. A session never changes, except for the contents of `state`. */
export interface Session<State = Record<string, unknown>> extends ClientIdentity {
  /** A random UUID of the connection. The ids in the Received fields of its messages begin with it. */
  readonly id: string;
  /** When the client connected. */
  readonly connectedAt: Date;
  /**
   * How the client introduced itself. After STARTTLS and XCLIENT it must do so again; if XCLIENT says how the client
   * introduced itself to the proxy, that is the name.
   */
  readonly hello: Hello | undefined;
  /**
   * The TLS connection; `undefined` without TLS. After XCLIENT, without the certificate, which is the proxy's. With
   * `proxyProtocol.trustTls`, what the proxy says about TLS between its client and itself.
   */
  readonly tls: TlsSession | undefined;
  /** Who authenticated; `undefined` before that. */
  readonly authenticated: Authenticated | undefined;
  /** Where the message comes from, as a content filter says by XFORWARD. It is reset after each message. */
  readonly forwarded?: Forwarded;
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
  /** The SASL mechanism, by its name in the option `mechanisms`; `"XCLIENT"` if a proxy has named the user. */
  readonly mechanism: string;
}

/** Where a message comes from, as XFORWARD says; `undefined` is what it does not say or know. It is not verified. */
export interface Forwarded {
  /** The host name of the client. */
  readonly name: string | undefined;
  /** Its address, which need not be an IP address. */
  readonly address: string | undefined;
  /** Its port. */
  readonly port: number | undefined;
  /** The protocol by which the message came. */
  readonly protocol: string | undefined;
  /** How the client introduced itself. */
  readonly hello: string | undefined;
  /** The name of the message on the host that passes it on. */
  readonly ident: string | undefined;
  /** `"local"` if the message comes from that host itself, `"remote"` if it came through it. */
  readonly source: "local" | "remote" | undefined;
}
