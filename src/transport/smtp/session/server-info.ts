import type { Limits } from "../../../protocol/extensions.ts";
import type { TlsFacts } from "../../../protocol/send-report.ts";
import type { SmtpOptions } from "../smtp-options.ts";
import type { Session } from "./session.ts";

/** What a server is and can do, as it told when it was last asked: under TLS, where there is TLS. */
export interface ServerInfo {
  /** What was connected to: `"192.0.2.1:587"`, the path of a Unix socket, or host and port where others connected. */
  readonly address: string;
  /** The name the server gave itself in its reply to EHLO. */
  readonly name: string;
  /** Its greeting, without the code. */
  readonly greeting: string;
  /** Every keyword it offers, in capitals, with its parameters: `{ SIZE: "52428800", PIPELINING: "" }`. */
  readonly extensions: Readonly<Record<string, string>>;
  /** The largest mail it takes, in octets; absent where it tells no limit. */
  readonly maxMessageSize?: number | undefined;
  /** The mechanisms it offers to log in with, in capitals. */
  readonly mechanisms: readonly string[];
  /** What it takes before it wants a new transaction or connection (RFC 9422), where it tells. */
  readonly limits?: Limits | undefined;
  /** Present where the connection is encrypted. */
  readonly tls?: TlsFacts | undefined;
  /** Whom it knows us as: present where credentials were given, and were good. */
  readonly user?: string | undefined;
  /** Milliseconds between EHLO and its reply: the way there and back, and how long the server thought. */
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
