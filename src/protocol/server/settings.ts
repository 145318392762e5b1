import type { ExtensionKeyword } from "../extensions.ts";

/**
 * The extensions with which a client asks for something to be done later: whoever offers one undertakes to do it, so
 * none is offered by itself.
 */
export interface OfferedExtensions {
  /** RFC 3461: notifications of delivery. */
  readonly DSN?: boolean;
  /** RFC 8689: passing mail on over verified TLS only. Offered over TLS. */
  readonly REQUIRETLS?: boolean;
  /** RFC 2852: delivery within a time; at least so many seconds, 0 for any. */
  readonly DELIVERBY?: number;
  /** RFC 4865: holding mail back; at most for so many seconds. */
  readonly FUTURERELEASE?: number;
  /** RFC 6710: some mail before other; the name of the profile, `""` for the one of the RFC. */
  readonly "MT-PRIORITY"?: "" | "MIXER" | "STANAG4406" | "NSEP";
}

/** What the server's half of the protocol has to know. */
export interface ServerSettings {
  /** The server's name: in the greeting, in replies, and as the domain of `<Postmaster>`. */
  readonly hostname: string;
  /** What the greeting says behind the name. */
  readonly banner: string;
  /** The largest message in octets; 0 where there is no limit. */
  readonly maxMessageSize: number;
  /** The longest command line in octets, its end included. */
  readonly maxLineLength: number;
  /** The longest line of content in octets, its end not included; 0 where there is no limit. */
  readonly maxContentLineLength: number;
  /** How many Received fields a message may have. */
  readonly maxHops: number;
  /** How many recipients a transaction may have. */
  readonly maxRecipients: number;
  /** How many commands may be wrong, without a message being accepted, before the connection is closed. */
  readonly maxErrors: number;
  /** How many recipients may be refused without a message being accepted. */
  readonly maxRefusedRecipients: number;
  /** How many attempts to authenticate may fail; at the last the connection is closed. */
  readonly maxAuthAttempts: number;
  /**
   * Keeps bare CR, bare LF and NUL in content as data, takes a bare LF for the end of a command, local parts whose dots
   * stand where they must not, paths without angle brackets, and IPv6 literals without a tag in EHLO.
   */
  readonly lenient: boolean;
  /** Speaks LMTP (RFC 2033) in place of SMTP. */
  readonly lmtp: boolean;
  /** In clear there is nothing but EHLO, STARTTLS, NOOP and QUIT (RFC 3207 4). */
  readonly requireTls: boolean;
  /**
   * How many commands there may be without a message being accepted, beside those that bring one forward: accepted
   * recipients, up to `maxRecipients`, and chunks that are not empty.
   */
  readonly maxCommands: number;
  /** How many commands nobody knows there may be. */
  readonly maxUnknownCommands: number;
  /** So many octets of replies gather before they have to be taken. */
  readonly maxReplyBacklog: number;
  /** Whether STARTTLS can be done. */
  readonly starttls: boolean;
  /** The SASL mechanisms there are; none: no authentication. */
  readonly mechanisms: readonly string[];
  /** Lets clients authenticate without TLS. */
  readonly allowPlaintextCredentials: boolean;
  /** What the host undertakes to do. */
  readonly offeredExtensions: OfferedExtensions;
  /** How many transactions a connection may have; 0 where there is no limit. */
  readonly maxTransactions: number;
  /** The time, in milliseconds since 1970. */
  readonly now: () => number;
  /** What is not to be offered, as if it were not implemented; without EHLO, clients have to go back to HELO. */
  readonly without: ReadonlySet<ExtensionKeyword | "EHLO">;
}
