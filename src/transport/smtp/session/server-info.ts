import type { Limits } from "../../../protocol/extensions.ts";
import type { TlsFacts } from "../../../protocol/send-report.ts";
import type { SmtpOptions } from "../smtp-options.ts";
import type { Session } from "./session.ts";

/** What a server is and can do, from its last reply to EHLO: after the TLS handshake, if there was one. */
export interface ServerInfo {
  /**
   * What the transport is connected to: `"192.0.2.1:587"`, the path of a Unix socket, or host and port if a proxy or
   * connector made the connection.
   */
  readonly address: string;
  /** The name of the server in its reply to EHLO. */
  readonly name: string;
  /** Its greeting, without the code. */
  readonly greeting: string;
  /** Every keyword it offers, in capitals, with its parameters: `{ SIZE: "52428800", PIPELINING: "" }`. */
  readonly extensions: Readonly<Record<string, string>>;
  /** The largest mail that it takes, in bytes; absent if it states no limit. */
  readonly maxMessageSize?: number | undefined;
  /** The mechanisms it offers to log in with, in capitals. */
  readonly mechanisms: readonly string[];
  /** How much it takes in one transaction or connection (RFC 9422), if it says so. */
  readonly limits?: Limits | undefined;
  /** Set if the connection is encrypted. */
  readonly tls?: TlsFacts | undefined;
  /** The user that the transport logged in as; absent without credentials. */
  readonly user?: string | undefined;
  /** Milliseconds between EHLO and its reply: the network, and the server's time to answer. */
  readonly roundTrip: number;
}

/** What is known of the server after a session was opened. */
export function serverInfo(session: Session, { credentials }: Pick<SmtpOptions, "credentials">): ServerInfo {
  const { connection, greeting, capabilities, roundTrip } = session;
  const { SIZE, AUTH, LIMITS } = capabilities.extensions;
  return {
    address: connection.place,
    name: capabilities.domain,
    greeting: greeting.lines.join("\n"),
    extensions: Object.fromEntries(capabilities.keywords),
    ...(SIZE !== undefined && SIZE > 0 && { maxMessageSize: SIZE }),
    mechanisms: AUTH ?? [],
    ...(LIMITS !== undefined && { limits: LIMITS }),
    ...(connection.tls !== undefined && { tls: connection.tls }),
    ...(credentials !== undefined && { user: credentials.user }),
    roundTrip,
  };
}
