import type { ClientCertificateOptions, ServerCertificate } from "../../net/server/tls-acceptor.ts";
import type { OfferedExtensions } from "../../protocol/server/settings.ts";
import type { ServerHooks } from "../hooks/hooks.ts";

/** How long a server waits, in milliseconds. */
export interface ServerTimeouts {
  /** For the next command, whole; 300,000 (RFC 5321 4.5.3.2.7). */
  readonly command?: number;
  /** For content without the least progress; 180,000. What comes slower than `minUploadRate` uses it up as well. */
  readonly content?: number;
  /** For a TLS handshake; 30,000. */
  readonly handshake?: number;
  /** For the client to take replies; 60,000. */
  readonly write?: number;
  /** For a connection, all in all; 86,400,000, which is a day. */
  readonly session?: number;
}

/** A port that a server listens on. */
export interface ListenOptions {
  /** Where to listen; `"127.0.0.1"`. */
  readonly host?: string;
  /** 0, the default: any port that is free. */
  readonly port?: number;
  /**
   * In place of host and port, the path of a Unix socket, on Windows of a named pipe. What a server that is no longer
   * there has left at that place is replaced. There is no TLS on it.
   */
  readonly path?: string;
  /** `"starttls"` if there are certificates, else `"none"`. */
  readonly tls?: "none" | "starttls" | "implicit";
  /** Speaks LMTP (RFC 2033): one reply for each recipient of a message. */
  readonly lmtp?: boolean;
}

/** What an {@link SmtpServer} is told. */
export interface SmtpServerOptions<State = Record<string, unknown>>
  extends ListenOptions,
    ServerHooks<State> {
  /** Several ports in place of one; what one of them leaves out is as `host`, `port`, `tls` and `lmtp` say. */
  readonly listeners?: readonly ListenOptions[];
  /** The server's own name: by default that of the machine if it is a valid one, else `"localhost"`. */
  readonly hostname?: string;
  /** The first is the default; another is used where the client asks for a name that it bears. */
  readonly certificates?: ServerCertificate | readonly ServerCertificate[];
  /** `"TLSv1.2"`. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
  /** Answers MAIL, AUTH and all but the commands that lead to TLS with 530 in clear. */
  readonly requireTls?: boolean;
  /** Asks clients for certificates. */
  readonly clientCertificates?: ClientCertificateOptions;
  /** Accepts AUTH without TLS: whoever listens in on the line then learns the passwords. */
  readonly allowPlaintextCredentials?: boolean;
  /**
   * How clients may authenticate, by the names of SASL: PLAIN, LOGIN and XOAUTH2, which show the hook a secret, unless
   * told otherwise. The others, CRAM-MD5, SCRAM-SHA-1, SCRAM-SHA-256 and their -PLUS forms, OAUTHBEARER and EXTERNAL,
   * take a hook made for them; -PLUS and EXTERNAL are offered where TLS allows for them.
   */
  readonly mechanisms?: readonly string[];
  /**
   * Recipients in these domains are accepted, and the postmaster, who may be named without a domain (RFC 5321 4.5.1).
   */
  readonly domains?: readonly string[];
  /** `"authenticated"`: whoever has authenticated may send to everybody. */
  readonly relay?: "authenticated";
  /** The largest message in octets; 25 MiB. 0: no limit. */
  readonly maxMessageSize?: number;
  /** The longest command line in octets; 12,288 (RFC 4954 4). */
  readonly maxLineLength?: number;
  /**
   * The longest line of a message in octets, its end not included; what is longer is refused with 554. 0, the default:
   * no limit, because much mail has longer lines than RFC 5321 4.5.3.1.6 allows, and they take no more memory than
   * short ones.
   */
  readonly maxContentLineLength?: number;
  /** Received fields in a message, beyond which it is taken for one that goes in circles (RFC 5321 6.3); 50. */
  readonly maxHops?: number;
  /** Recipients in a transaction; 1,000. */
  readonly maxRecipients?: number;
  /** Transactions in a connection, those that fail included; 0, the default: no limit. Clients are told (RFC 9422). */
  readonly maxTransactions?: number;
  /** Connections at a time; 1,000. */
  readonly maxConnections?: number;
  /** Connections at a time from one IP address; 100. */
  readonly maxConnectionsPerAddress?: number;
  /** Recipients refused in a connection without a message being accepted; as many as `maxRecipients`. */
  readonly maxRefusedRecipients?: number;
  /**
   * Commands in a connection without a message being accepted; 10,000. Accepted recipients, up to `maxRecipients`, and
   * chunks that are not empty come on top: no message is too long for it.
   */
  readonly maxCommands?: number;
  /** Commands that do not exist, in a connection without a message being accepted; 10. */
  readonly maxUnknownCommands?: number;
  /** Octets a second below which content does not get through for long; 1,024. */
  readonly minUploadRate?: number;
  /** Octets of replies that wait for a client to take them before its commands are read on; 65,536. */
  readonly maxReplyBacklog?: number;
  /** Mistakes in commands, in a connection without a message being accepted; 10. */
  readonly maxErrors?: number;
  /** Failed attempts to authenticate, in a connection; 3. */
  readonly maxAuthAttempts?: number;
  /**
   * Milliseconds by which a failed attempt to authenticate is answered late, once there have been ten from the same
   * address within ten minutes; 250. It doubles from one to the next, up to 8,000 or itself. 0: never.
   */
  readonly authFailureDelay?: number;
  /**
   * Milliseconds before the greeting, in which a client must not speak: who does is told 554 (RFC 5321 3.1). 0, the
   * default: the greeting goes out at once, and nobody is refused for not waiting for it.
   */
  readonly greetingDelay?: number;
  /**
   * Keeps bare CR, bare LF and NUL in content as data (never as its end), where else they end the connection; and takes
   * local parts with dots where they must not stand, `a..b@` or `a.@`, which some carriers have given out: hooks see
   * them as `"a..b"@`. It takes `MAIL FROM:a@b` without angle brackets, and `EHLO [2001:db8::1]`, which hooks see as
   * `[IPv6:2001:db8::1]`.
   */
  readonly lenient?: boolean;
  /**
   * Extensions that the host acts on, by the parameters in `envelope`: whoever offers DSN has to send notifications.
   * None by default.
   */
  readonly extensions?: OfferedExtensions;
  /** Puts a Received field in front of each message; `true`. */
  readonly received?: boolean;
  /** How long the server waits. */
  readonly timeouts?: ServerTimeouts;
  /** Makes what hooks find in `session.state`, for each connection; without it, an empty object. */
  state?(): State;
}
