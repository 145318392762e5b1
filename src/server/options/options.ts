import type { Logger } from "../../net/logger.ts";
import type { CertificateSources } from "../../net/server/certificate-table.ts";
import type { ClientCertificateOptions } from "../../net/server/tls-service.ts";
import type { OfferedExtensions } from "../../protocol/server/settings.ts";
import type { ServerHooks } from "../hooks/hooks.ts";
import type { ProxyProtocolOptions, XclientOptions, XforwardOptions } from "./proxies.ts";
import type { VerifyOptions } from "./verify-options.ts";

/** How long a server waits, in milliseconds. */
export interface ServerTimeouts {
  /** For the next whole command; default 300,000 (RFC 5321 section 4.5.3.2.7). */
  readonly command?: number;
  /** For content without progress; default 180,000. Content slower than `minUploadRate` uses it up as well. */
  readonly content?: number;
  /** For a TLS handshake; default 30,000. */
  readonly handshake?: number;
  /** For the client to take replies; default 60,000. */
  readonly write?: number;
  /**
   * For a hook to answer: its `signal` is aborted, and the client gets 451. For `data` the time begins when the content
   * has ended, or waits for the hook to read it. Default 600,000: so long a client waits for the reply to a message
   * (RFC 5321 section 4.5.3.2.6).
   */
  readonly hook?: number;
  /** For the whole connection; default 86,400,000 (one day). */
  readonly session?: number;
}

/** A port or a Unix socket to listen on. */
export interface ListenOptions {
  /** The IP address or host name to listen on; default `"127.0.0.1"`. */
  readonly host?: string;
  /** The port; the default, 0, picks a free one. */
  readonly port?: number;
  /**
   * Instead of host and port: the path of a Unix socket, or of a named pipe on Windows. The server replaces a socket
   * file that a stopped server left there. A Unix socket has no TLS.
   */
  readonly path?: string;
  /** Default: `"starttls"` if there are certificates, otherwise `"none"`. */
  readonly tls?: "none" | "starttls" | "implicit";
  /** The lowest version of TLS; default `"TLSv1.2"`. Older versions are not secure: for devices that speak no other. */
  readonly minVersion?: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
  /**
   * The ciphers that are allowed, as OpenSSL writes them: `"ECDHE+AESGCM"`. The default is that of Node.js. Ciphers
   * without encryption or without authentication are never allowed.
   */
  readonly ciphers?: string;
  /** Speaks LMTP (RFC 2033): one reply for each recipient of a message. */
  readonly lmtp?: boolean;
  /**
   * Without TLS, answers all commands with 530 except EHLO, STARTTLS, NOOP, RSET, HELP and QUIT (RFC 3207 section 4).
   */
  readonly requireTls?: boolean;
  /**
   * Without a login, answers all commands with 530 except these and AUTH (RFC 4954 section 6): for clients that submit
   * mail (RFC 6409). If AUTH needs TLS, STARTTLS is asked for first.
   */
  readonly requireAuth?: boolean;
  /** Takes PROXY headers, which load balancers send, and serves no connection without one. */
  readonly proxyProtocol?: ProxyProtocolOptions;
  /** Allows XCLIENT to some clients. The others do not see it, and get 550. */
  readonly xclient?: XclientOptions;
  /** Allows XFORWARD to some clients. The others do not see it, and get 550. */
  readonly xforward?: XforwardOptions;
}

/** The options of {@link SmtpServer.listen}. */
export interface SmtpServerOptions<State = Record<string, unknown>>
  extends ListenOptions,
    ServerHooks<State> {
  /**
   * Several ports or Unix sockets instead of one. A listener takes what it does not say from these options, except
   * `path`.
   */
  readonly listeners?: readonly ListenOptions[];
  /** The name of the server; by default the name of the machine if it is valid, otherwise `"localhost"`. */
  readonly hostname?: string;
  /**
   * The first certificate is the default. The others are used if the client asks for one of their names (SNI); an exact
   * name counts before a wildcard. A name may have one certificate of each type of key, such as RSA and ECDSA: the
   * client gets the one that it can verify.
   *
   * A function among them is asked for names that are in no certificate: for valid names in lower case, once at a time
   * for each, and not again for an hour. It has half of `timeouts.handshake`. If it returns nothing, or fails, the
   * client gets the default certificate; `onError` gets the error. A function that is the first or the only element is
   * asked for `hostname` at the start, for the default.
   */
  readonly certificates?: CertificateSources;
  /** The lowest version of TLS; default `"TLSv1.2"`. Only an entry of `listeners` may have a lower one. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3";
  /** Asks clients for certificates. */
  readonly clientCertificates?: ClientCertificateOptions;
  /**
   * Accepts AUTH without TLS. Everybody who can read the connection then learns the passwords. It does not hold for
   * clients behind a PROXY header or XCLIENT, whose connections also lead from the client to the proxy.
   */
  readonly allowPlaintextCredentials?: boolean;
  /**
   * The SASL mechanisms that clients may use; by default PLAIN, LOGIN and XOAUTH2, which show the hook `auth` a secret.
   * CRAM-MD5, SCRAM-SHA-1, SCRAM-SHA-256 (and their -PLUS forms), OAUTHBEARER and EXTERNAL need a hook made for them.
   * -PLUS and EXTERNAL are offered only if the TLS connection allows them.
   */
  readonly mechanisms?: readonly string[];
  /**
   * The server accepts recipients in these domains, and the postmaster, who may be named without a domain (RFC 5321
   * section 4.5.1).
   */
  readonly domains?: readonly string[];
  /** `"authenticated"`: authenticated clients may send to every recipient. */
  readonly relay?: "authenticated";
  /** The largest message, in bytes; default 25 MiB. 0 sets no limit. */
  readonly maxMessageSize?: number;
  /** The longest command line, in bytes; default 12,288 (RFC 4954 section 4). */
  readonly maxLineLength?: number;
  /**
   * The longest line of a message, in bytes without its end. A message with a longer line is refused with 554. The
   * default, 0, sets no limit, because much mail has longer lines than RFC 5321 section 4.5.3.1.6 allows, and they need
   * no more memory.
   */
  readonly maxContentLineLength?: number;
  /** The most Received fields of a message; default 50. A message with more is in a loop (RFC 5321 section 6.3). */
  readonly maxHops?: number;
  /** The most recipients of a transaction; default 1,000. */
  readonly maxRecipients?: number;
  /**
   * The most transactions of a connection, failed ones included. The default, 0, sets no limit. Clients learn the limit
   * from LIMITS (RFC 9422).
   */
  readonly maxTransactions?: number;
  /** The most connections at a time; default 1,000. */
  readonly maxConnections?: number;
  /** The most connections at a time from one IPv4 address or one IPv6 network of 64 bits; default 100. */
  readonly maxConnectionsPerAddress?: number;
  /** The most refused recipients of a connection until a message is accepted; default: `maxRecipients`. */
  readonly maxRefusedRecipients?: number;
  /**
   * The most commands of a connection until a message is accepted; default 10,000. Accepted recipients (up to
   * `maxRecipients`) and chunks that are not empty do not count, so that no message is too long for this limit.
   */
  readonly maxCommands?: number;
  /** The most unknown commands of a connection until a message is accepted; default 10. */
  readonly maxUnknownCommands?: number;
  /** The rate, in bytes a second, that content must reach; default 1,024. Slower content uses up `timeouts.content`. */
  readonly minUploadRate?: number;
  /** How many bytes of replies may wait for the client before the server stops reading commands; default 65,536. */
  readonly maxReplyBacklog?: number;
  /** The most wrong commands of a connection until a message is accepted; default 10. */
  readonly maxErrors?: number;
  /** The most failed logins of a connection; default 3. */
  readonly maxAuthAttempts?: number;
  /**
   * How long, in milliseconds, the reply to a failed login is delayed after ten failures from one address (IPv6: one
   * network of 64 bits), or for one user, within ten minutes; default 250. A login that succeeds is never delayed. The
   * delay doubles with each further failure, up to 8,000 (or this value, if it is larger). 0 disables it.
   */
  readonly authFailureDelay?: number;
  /**
   * How long, in milliseconds, the server waits before the greeting. A client that speaks in this time is refused with
   * 554 (RFC 5321 section 3.1). The default, 0, greets at once and refuses no client for this.
   */
  readonly greetingDelay?: number;
  /**
   * Accepts what a strict server refuses. A bare CR, bare LF or NUL in content is data (never its end), instead of
   * ending the connection. Dots may stand anywhere in a local part: hooks see `a..b@` as `"a..b"@`. `MAIL FROM:a@b`
   * needs no angle brackets, and hooks see `EHLO [2001:db8::1]` as `[IPv6:2001:db8::1]`.
   */
  readonly lenient?: boolean;
  /**
   * Extensions for which the host application must do something later: if you offer DSN, you must send notifications.
   * Hooks find the parameters in `envelope`. None by default.
   */
  readonly extensions?: OfferedExtensions;
  /** Adds a Received field to each message; default `true`. */
  readonly received?: boolean;
  /**
   * Verifies who sent each message, by SPF, DKIM, ARC and DMARC, unless the client has logged in. The hooks `mail` and
   * `recipient` can ask for `spf()`, and the hook `data` for `authentication()`.
   */
  readonly verify?: VerifyOptions<State>;
  /** How long the server waits. */
  readonly timeouts?: ServerTimeouts;
  /**
   * Logs what the server does: commands and replies at `debug`, each message at `info`, and at `warn` why a client was
   * refused, timed out or failed its TLS handshake. Never content or secrets. Whoever listens to the channels of
   * `node:diagnostics_channel` gets the same.
   */
  readonly logger?: Logger;
  /** Allows mail addresses and user names in the log and on diagnostics channels. They are personal data. */
  readonly logAddresses?: boolean;
  /** Creates the value of `session.state` for each connection; by default an empty object. */
  state?(): State;
}
