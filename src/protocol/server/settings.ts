import type { ExtensionKeyword } from "../extensions.ts";

/**
 * The extensions with which a client asks for something that happens after the message was accepted. A server that
 * offers one must do it, so none is offered by default.
 */
export interface OfferedExtensions {
  /** Delivery status notifications (RFC 3461). */
  readonly DSN?: boolean;
  /** Passes mail on only over verified TLS (RFC 8689). Offered over TLS only. */
  readonly REQUIRETLS?: boolean;
  /** Delivery within a time: the shortest time in seconds, or 0 for any (RFC 2852). */
  readonly DELIVERBY?: number;
  /** Holds mail back: for at most this number of seconds (RFC 4865). */
  readonly FUTURERELEASE?: number;
  /** Delivers some mail before other mail: the name of the profile, or `""` for the one of the RFC (RFC 6710). */
  readonly "MT-PRIORITY"?: "" | "MIXER" | "STANAG4406" | "NSEP";
}

/** The settings of the server's half of the protocol. */
export interface ServerSettings {
  /** The server's name: in the greeting, in replies, and as the domain of `<Postmaster>`. */
  readonly hostname: string;
  /** The text after the name in the greeting. */
  readonly banner: string;
  /** The largest message, in bytes; 0 for no limit. */
  readonly maxMessageSize: number;
  /** The longest command line, in bytes with its end. */
  readonly maxLineLength: number;
  /** The longest line of content, in bytes without its end; 0 for no limit. */
  readonly maxContentLineLength: number;
  /** The most Received fields of a message. */
  readonly maxHops: number;
  /** The most recipients of a transaction. */
  readonly maxRecipients: number;
  /** The most wrong commands until a message is accepted. After one more the connection closes. */
  readonly maxErrors: number;
  /** The most refused recipients until a message is accepted. */
  readonly maxRefusedRecipients: number;
  /** The most failed logins. At the last one the connection closes. */
  readonly maxAuthAttempts: number;
  /**
   * Keeps bare CR, bare LF and NUL in content as data, and lets a bare LF end a command. Accepts misplaced dots in
   * local parts, paths without angle brackets, and IPv6 literals without a tag in EHLO.
   */
  readonly lenient: boolean;
  /** Speaks LMTP (RFC 2033) instead of SMTP. */
  readonly lmtp: boolean;
  /** Without TLS, accepts only EHLO, STARTTLS, NOOP, RSET, HELP and QUIT (RFC 3207 section 4). */
  readonly requireTls: boolean;
  /** Without a login, accepts only these and AUTH (RFC 4954 section 6). */
  readonly requireAuth: boolean;
  /**
   * The most commands until a message is accepted. Accepted recipients (up to `maxRecipients`) and chunks that are not
   * empty do not count.
   */
  readonly maxCommands: number;
  /** The most unknown commands until a message is accepted. */
  readonly maxUnknownCommands: number;
  /** How many bytes of replies may be waiting before no more commands are read. */
  readonly maxReplyBacklog: number;
  /** Whether STARTTLS is possible. */
  readonly starttls: boolean;
  /** The SASL mechanisms; if there are none, AUTH is not offered. */
  readonly mechanisms: readonly string[];
  /** Allows AUTH without TLS. */
  readonly allowPlaintextCredentials: boolean;
  /** Offers ETRN (RFC 1985). */
  readonly etrn: boolean;
  /** Offers ATRN (RFC 2645). */
  readonly atrn: boolean;
  /** Offers BURL (RFC 4468): the IMAP servers whose URLs are fetched, in their canonical form. */
  readonly burl: ReadonlySet<string> | undefined;
  /** The extensions for which the host application acts. */
  readonly offeredExtensions: OfferedExtensions;
  /** The most transactions of a connection; 0 for no limit. */
  readonly maxTransactions: number;
  /** The time, in milliseconds since 1970. */
  readonly now: () => number;
  /**
   * Extensions that are hidden, as if the server did not implement them. Without EHLO, clients must fall back to HELO.
   */
  readonly without: ReadonlySet<ExtensionKeyword | "EHLO">;
}
