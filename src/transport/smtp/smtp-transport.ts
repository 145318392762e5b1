import { isIP } from "node:net";
import { canonicalDomainOf } from "../../address/domain.ts";
import type { MessageFields } from "../../message/message-fields.ts";
import { aSigner, type Signer, toSigners } from "../../message/signer.ts";
import type { Connector } from "../../net/client/connector.ts";
import { FailedAddresses } from "../../net/client/failed-addresses.ts";
import type { Route } from "../../net/client/route.ts";
import { SessionTickets } from "../../net/client/session-tickets.ts";
import type { Timeouts } from "../../net/client/timeouts.ts";
import { type Logger, readLogger } from "../../net/logger.ts";
import type { Dialect } from "../../protocol/dialect.ts";
import { SMTP_PORT } from "../../protocol/ports.ts";
import type { OneOrMore } from "../../text/options/one-or-more.ts";
import { callback, duration, flag } from "../../text/options/option-kinds.ts";
import { refuseOption, wrongOption } from "../../text/options/option-reader.ts";
import {
  type BuilderOptions,
  checkTogether,
  chunkingMode,
  defaultOptions,
  isTlsMode,
  pipeliningMode,
  portOf,
  readTimeouts,
} from "./builder-options.ts";
import { hostOf } from "./host.ts";
import { Credentials } from "./login/credentials.ts";
import type { Mechanism, SaslMechanism } from "./login/mechanism.ts";
import { checkedMechanisms } from "./login/mechanism-list.ts";
import { Observer } from "./observer/observer.ts";
import { type PoolConfig, readPoolConfig } from "./pool/pool-config.ts";
import { ServerTransport } from "./server-transport.ts";
import type { SmtpOptions } from "./smtp-options.ts";
import { Tls, tlsParameters } from "./tls/tls-mode.ts";
import type { TlsParameters } from "./tls/tls-parameters.ts";
import { unixPath } from "./unix-path.ts";
import { proxyFromUrl } from "./url/proxy-url.ts";
import { readUrl } from "./url/url.ts";

/**
 * Sends mail through a relay by SMTP (RFC 5321), over connections that it keeps for the next mail.
 *
 * @example
 * ```ts
 * await using transport = SmtpTransport.relay("mail.example.org")
 *   .credentials(Credentials.password("shop", "secret"))
 *   .build();
 * const report = await transport.send({
 *   from: "Shop <shop@example.org>",
 *   to: "jane@example.net",
 *   subject: "Your order",
 *   text: "Thank you!",
 * });
 * console.log(`accepted for ${report.accepted.length}: ${report.reply}`);
 * ```
 */
export class SmtpTransport extends ServerTransport {
  /** @internal A builder calls it. */
  constructor(options: SmtpOptions) {
    super(
      options,
      "Use SmtpTransport.relay(host).credentials(...).build(), or SmtpTransport.fromUrl(url).build()",
    );
  }

  /** Its name; also tells an SmtpTransport from an LmtpTransport in types. */
  get [Symbol.toStringTag](): "SmtpTransport" {
    return "SmtpTransport";
  }

  /** A relay on port 465 with TLS from the first byte, {@link Tls.Wrapper}. Use this if the relay offers it. */
  static relay(host: string): SmtpTransportBuilder {
    return SmtpTransport.builder(host);
  }

  /** A relay on port 587 with STARTTLS, {@link Tls.Required}: without TLS nothing is sent. */
  static starttlsRelay(host: string): SmtpTransportBuilder {
    return SmtpTransport.builder(host).tls(Tls.Required);
  }

  /**
   * Any relay. TLS from the first byte unless `.tls()` says otherwise; the port follows the mode unless `.port()` is
   * called.
   */
  static builder(host: string): SmtpTransportBuilder {
    return beginning(host);
  }

  /** Like lettre's: no TLS and port 25 unless the builder says otherwise. Anybody on the way can read the mail. */
  static builderDangerous(host: string): SmtpTransportBuilder {
    return SmtpTransport.builder(host).tls(Tls.None);
  }

  /** Any relay behind a Unix socket, unencrypted: what goes there stays on this machine. */
  static unixSocket(path: string): SmtpTransportBuilder {
    return SmtpTransport.builder("localhost").tls(Tls.None).unixSocket(path);
  }

  /**
   * A relay named by a URL, such as from an environment variable.
   *
   * | URL | what it is | port |
   * |---|---|---|
   * | `smtps://user:password@host` | TLS from the first byte | 465 |
   * | `smtp://user:password@host?tls=required` | STARTTLS, or nothing is sent | 587 |
   * | `smtp://host?tls=opportunistic` | STARTTLS if the server offers it | 25 |
   * | `smtp://host` | unencrypted | 25 |
   * | `smtp+unix:///run/relay` | a Unix socket, unencrypted unless `tls` says otherwise | |
   * | `lmtp://host`, `lmtp+unix:///run/lmtp` | LMTP (RFC 2033), like {@link LmtpTransport} | 24 |
   *
   * User and password are percent-decoded: `encodeURIComponent` encodes them. Parameters set the rest of the builder:
   * `?helloName=shop.example.org&timeout.connect=5000&pool.maxSize=10`. `docs/connecting.md` lists them.
   *
   * @throws EnvoiError of kind `"configuration"`, or an AddressError, if the URL is not one of these.
   */
  static fromUrl(url: string): SmtpTransportBuilder {
    return builderFromUrl(url, beginning);
  }

  /**
   * The relay or mail catcher on this machine, unencrypted. `docs/localhost.md` says when that is safe.
   *
   * @param port 25, where a local Postfix listens; mail catchers usually listen on 1025.
   */
  static unencryptedLocalhost(port: number = SMTP_PORT): SmtpTransport {
    return SmtpTransport.builderDangerous("localhost").port(port).build();
  }
}

function beginning(host: string, dialect?: Dialect): SmtpTransportBuilder {
  return new SmtpTransportBuilder(host, (options) => new SmtpTransport(options), dialect);
}

/**
 * The builder that a URL describes.
 *
 * @param only The one protocol that is possible, if there is only one.
 */
export function builderFromUrl<Built>(
  url: string,
  begin: (host: string, dialect: Dialect) => SmtpTransportBuilder<Built>,
  only?: Dialect,
): SmtpTransportBuilder<Built> {
  const { dialect, host, settings } = readUrl(url, only);
  const builder = begin(host, dialect);
  // The type of the settings ties each value to its method, which TypeScript cannot follow in a loop.
  for (const [method, value] of settings) builder[method as "helloName"](value as string);
  return builder;
}

/**
 * Collects the settings of an {@link SmtpTransport}. Every method except `build` and `clone` returns the builder. It
 * builds once: after `build()` every call throws. To build two transports, `clone()` it before.
 *
 * A value that is not valid throws at once: an AddressError for a host or name, otherwise an EnvoiError of kind
 * `"configuration"`.
 *
 * @example
 * ```ts
 * const transport = SmtpTransport.starttlsRelay("mail.example.org")
 *   .credentials(Credentials.password("shop", "secret"))
 *   .helloName("shop.example.org")
 *   .timeout({ connect: 5_000 })
 *   .pool({ maxSize: 10 })
 *   .build();
 * ```
 */
export class SmtpTransportBuilder<Built = SmtpTransport> {
  readonly #construct: (options: SmtpOptions) => Built;
  #options: BuilderOptions;
  #built = false;

  /** @internal The transports have functions that begin builders. */
  constructor(host: string, construct: (options: SmtpOptions) => Built, dialect: Dialect = "smtp") {
    this.#construct = construct;
    const tls = dialect === "lmtp" ? Tls.None : defaultOptions.tls;
    this.#options = { ...defaultOptions, host: hostOf(host), dialect, tls };
  }

  /** The port, 1 to 65535. By default it follows the Tls mode: 25, 587 or 465; for LMTP it is 24. */
  port(port: number): this {
    const remedy =
      typeof port === "string" ? "Number() makes one of the text of an environment variable" : undefined;
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw wrongOption("port", "a number from 1 to 65535", port, remedy);
    return this.#set("port", { port });
  }

  /** The IP address of this machine to connect from. Server addresses of the other family are not tried then. */
  localAddress(ip: string): this {
    if (typeof ip !== "string" || isIP(ip) === 0)
      throw wrongOption("localAddress", "an IP address of this machine, without brackets", ip);
    return this.#set("localAddress", { localAddress: ip });
  }

  /**
   * Connects to a Unix socket instead of host and port. It counts as loopback: what goes there stays on this machine.
   *
   * @param path Absolute.
   */
  unixSocket(path: string): this {
    return this.#set("unixSocket", { route: this.#route({ via: "unix", path: unixPath(path) }) });
  }

  /**
   * Connects through a proxy: `http://user:password@host:3128` or `https://` (HTTP CONNECT), `socks5://` (SOCKS 5, with
   * the package `socks` installed). The proxy looks the host up. Nothing behind it counts as loopback, wherever the
   * proxy runs.
   *
   * @param parameters For TLS with the proxy itself, if its URL is `https://`.
   */
  proxy(url: string, parameters?: TlsParameters): this {
    return this.#set("proxy", { route: this.#route({ via: "proxy", proxy: proxyFromUrl(url, parameters) }) });
  }

  /**
   * Connects by your own function, which gets host, port and a signal, and returns a stream: see {@link Connector}. The
   * transport still does TLS and the login. Nothing behind the stream counts as loopback.
   */
  connector(connector: Connector): this {
    const route = this.#route({ via: "connector", connector: callback(connector, "connector") });
    return this.#set("connector", { route });
  }

  /** When the connection is encrypted; {@link Tls.Wrapper} by default. */
  tls(tls: Tls): this {
    if (!isTlsMode(tls?.mode))
      throw wrongOption("tls", "Tls.None, Tls.Opportunistic, Tls.Required or Tls.Wrapper", tls);
    const parameters = tlsParameters(tls.parameters, "tls.parameters");
    return this.#set("tls", { tls: { mode: tls.mode, parameters } });
  }

  /** Logs in with these. If the server does not offer AUTH, nothing is sent. */
  credentials(credentials: Credentials): this {
    if (!(credentials instanceof Credentials))
      throw wrongOption("credentials", "Credentials.password() or .token()", credentials);
    return this.#set("credentials", { credentials });
  }

  /**
   * The mechanisms to log in with, in the order in which they are tried; your own may be among them. The next is tried
   * only if the server says that it does not accept the one before (504, 534, 538).
   */
  authentication(mechanisms: Mechanism | SaslMechanism | readonly (Mechanism | SaslMechanism)[]): this {
    return this.#set("authentication", { mechanisms: checkedMechanisms(mechanisms) });
  }

  /** Sends credentials even over a connection that others can read. Use it only on your own network. */
  allowPlaintextCredentials(allowed = true): this {
    return this.#set("allowPlaintextCredentials", {
      allowPlaintextCredentials: flag(allowed, "allowPlaintextCredentials"),
    });
  }

  /**
   * The name in EHLO, or an address literal. By default the qualified name of this host, or the address of the socket.
   */
  helloName(name: string): this {
    return this.#set("helloName", { helloName: canonicalDomainOf("helloName", name) });
  }

  /** Whether SMTPUTF8 (RFC 6531) may be used if an address needs it; `true` by default. */
  smtpUtf8(allowed: boolean): this {
    return this.#set("smtpUtf8", { smtpUtf8: flag(allowed, "smtpUtf8") });
  }

  /**
   * How much is sent before the server has answered, if it allows that (RFC 2920); `"auto"` by default.
   *
   * - `"off"`: one command at a time.
   * - `"auto"`: an envelope at once, and if mails wait, together with the content of the mail before.
   * - `"window"`: whole mails one after another, by BDAT, up to `maxInFlight` of {@link PoolConfig}. The server must
   *   offer CHUNKING, and is tested first: it must discard chunks that it refuses.
   */
  pipelining(pipelining: "off" | "auto" | "window"): this {
    return this.#set("pipelining", { pipelining: pipeliningMode(pipelining, "pipelining") });
  }

  /**
   * Whether content goes by BDAT (RFC 3030). By default only with `pipelining("window")`.
   *
   * With `"auto"` attachments go unencoded, a quarter smaller, if the server offers BINARYMIME. The server that it
   * passes the mail on to must accept that too, or it must encode it.
   */
  chunking(chunking: "never" | "auto"): this {
    return this.#set("chunking", { chunking: chunkingMode(chunking, "chunking") });
  }

  /** How long each phase may take, in milliseconds; a number sets every phase. See {@link Timeouts}. */
  timeout(timeout: number | Partial<Timeouts>): this {
    return this.#set("timeout", { timeouts: readTimeouts(timeout, this.#options.timeouts) });
  }

  /** How long each send may take in total, the final reply included, in milliseconds. */
  deadline(ms: number): this {
    return this.#set("deadline", { deadline: duration()(ms, "deadline") });
  }

  /**
   * How many connections are kept, for how long, and how fast mail is sent: see {@link PoolConfig}. `false` opens a
   * connection for each mail, at most `maxSize` at once, and closes it when the mail is sent.
   */
  pool(config: Partial<PoolConfig> | false): this {
    return this.#set("pool", { pool: readPoolConfig(config, this.#options.pool) });
  }

  /**
   * Fields for every message that is built of fields by `send` or `sendAll`: a sender, a Reply-To, headers. A field of
   * the mail itself counts instead of the default, except `undefined`; `headers` are merged by name, in any case. A
   * Message that was built before stays as it is. A second call adds to the first.
   *
   * @throws MessageError or AddressError if a field is unknown or not possible.
   *
   * @example
   * ```ts
   * const transport = SmtpTransport.relay("mail.example.org")
   *   .defaults({ from: "Shop <shop@example.org>", headers: { "X-Mailer": "shop" } })
   *   .build();
   * await transport.send({ to: "jane@example.net", subject: "Your order", text: "Thank you!" });
   * ```
   */
  defaults(fields: MessageFields): this {
    return this.#set("defaults", { defaults: this.#options.defaults.and(fields) });
  }

  /**
   * Signs everything that is sent, besides the signers of a message; raw mail too, which stays as it is. A mail that
   * cannot be signed is not sent.
   */
  sign(signer: OneOrMore<Signer>): this {
    const signers = toSigners(signer);
    if (signers === undefined) throw wrongOption("sign", aSigner, signer);
    return this.#set("sign", { signers });
  }

  /**
   * Logs what the transport does: connections, commands and replies at `debug`, each mail at `info` or `error`. Never
   * content or secrets, and addresses only after `logAddresses()`.
   */
  logger(logger: Logger): this {
    return this.#set("logger", { logger: readLogger(logger, "logger") });
  }

  /** Allows addresses in the log and on diagnostics channels. They are personal data. */
  logAddresses(allowed = true): this {
    return this.#set("logAddresses", { logAddresses: flag(allowed, "logAddresses") });
  }

  /** Another builder with the settings of this one. */
  clone(): SmtpTransportBuilder<Built> {
    const fork = new SmtpTransportBuilder(this.#options.host, this.#construct);
    fork.#options = this.#options;
    return fork;
  }

  /** Builds the transport. It connects when something is sent. */
  build(): Built {
    this.#mayChange("build");
    checkTogether(this.#options);
    this.#built = true;
    const { host, logger, logAddresses, ...options } = this.#options;
    const port = portOf(this.#options);
    const observer = new Observer({ host, port, logger, logAddresses });
    const own = { failedAddresses: new FailedAddresses(), tickets: new SessionTickets() };
    return this.#construct({ ...options, host, port, observer, ...own });
  }

  /** There can be only one way to the server. */
  #route(route: Route): Route {
    const { via } = this.#options.route;
    if (via !== "tcp" && via !== route.via) {
      throw refuseOption(
        route.via,
        "of a Unix socket, a proxy and a connector only one can be used; there is one already",
      );
    }
    return route;
  }

  #set(method: string, change: Partial<BuilderOptions>): this {
    this.#mayChange(method);
    this.#options = { ...this.#options, ...change };
    return this;
  }

  #mayChange(method: string): void {
    if (this.#built)
      throw refuseOption(
        method,
        "this builder has built its transport",
        "To build another, clone() it before build()",
      );
  }
}
