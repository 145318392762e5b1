import { isIP } from "node:net";
import { canonicalDomainOf } from "../../address/domain.ts";
import { aSigner, type Signer, toSigners } from "../../message/signer.ts";
import { systemResolve } from "../../net/client/addresses.ts";
import type { Connector } from "../../net/client/connector.ts";
import { FailedAddresses } from "../../net/client/failed-addresses.ts";
import type { Route } from "../../net/client/route.ts";
import { SessionTickets } from "../../net/client/session-tickets.ts";
import { defaultTimeouts, type Timeouts } from "../../net/client/timeouts.ts";
import { systemClock } from "../../net/clock.ts";
import type { Dialect } from "../../protocol/dialect.ts";
import type { OneOrMore } from "../../text/one-or-more.ts";
import { shown } from "../../text/shown.ts";
import { checkOptionNames } from "../option-names.ts";
import { checkFlag, checkMilliseconds } from "../option-values.ts";
import { hostOf } from "./host.ts";
import { Credentials } from "./login/credentials.ts";
import type { Mechanism, SaslMechanism } from "./login/mechanism.ts";
import { checkedMechanisms } from "./login/mechanism-list.ts";
import { isLogger, type Logger } from "./observer/logger.ts";
import { Observer, type ObserverOptions } from "./observer/observer.ts";
import type { SmtpOptions } from "./options.ts";
import { defaultPool, type PoolConfig, readPoolConfig } from "./pool/pool-config.ts";
import { Tls } from "./tls/tls-mode.ts";
import { TlsParameters } from "./tls/tls-parameters.ts";
import type { SmtpTransport } from "./transport.ts";
import { unixPath } from "./unix-path.ts";
import { proxyFromUrl } from "./url/proxy-url.ts";
import { wrongOption as wrong } from "./wrong-option.ts";

/**
 * Gathers what an {@link SmtpTransport} is to be; every method but `build` and `clone` returns the builder. It builds
 * once: after `build()` every call throws, and `clone()` before it is the way to build two.
 *
 * Whatever makes no sense throws at once: an AddressError where a host or name is none, else an EnvoiError of kind
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
  #port: number | undefined;
  #built = false;

  /** @internal The transports have functions that begin builders. */
  constructor(host: string, construct: (options: SmtpOptions) => Built, dialect: Dialect = "smtp") {
    this.#construct = construct;
    const tls = dialect === "lmtp" ? Tls.None : defaults.tls;
    this.#options = { ...defaults, host: hostOf(host), dialect, tls };
  }

  /** The port, 1 to 65535. Without this it follows the Tls mode: 25, 587 or 465; for LMTP it is 24. */
  port(port: number): this {
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw wrong("port", notAPort(port));
    this.#mayChange("port");
    this.#port = port;
    return this;
  }

  /** The IP address of this machine to connect from; addresses of the other family are then not connected to. */
  localAddress(ip: string): this {
    if (typeof ip !== "string" || isIP(ip) === 0)
      throw wrong("localAddress", "expects an IP address of this machine, without brackets");
    return this.#set("localAddress", { localAddress: ip });
  }

  /**
   * Connects to a Unix socket in place of host and port. It counts as loopback: what goes there stays on this machine.
   *
   * @param path Absolute.
   */
  unixSocket(path: string): this {
    return this.#set("unixSocket", { route: this.#route({ via: "unix", path: unixPath(path) }) });
  }

  /**
   * Connects through a proxy: `http://user:password@host:3128` or `https://` (HTTP CONNECT), `socks5://` (SOCKS 5, with
   * the package `socks` installed). It is the proxy that looks the host up, and it counts as a stranger wherever it
   * runs: nothing behind it is loopback.
   *
   * @param parameters For TLS with the proxy itself, where it is an `https://` one.
   */
  proxy(url: string, parameters?: TlsParameters): this {
    return this.#set("proxy", { route: this.#route({ via: "proxy", proxy: proxyFromUrl(url, parameters) }) });
  }

  /**
   * Connects by a function of yours, which is given host, port and a signal, and returns a stream: see
   * {@link Connector}. TLS and logging in stay the transport's; nothing behind it is loopback.
   */
  connector(connector: Connector): this {
    if (typeof connector !== "function") throw wrong("connector", "expects a function");
    return this.#set("connector", { route: this.#route({ via: "connector", connector }) });
  }

  /** When the connection is encrypted; {@link Tls.Wrapper} without this. */
  tls(tls: Tls): this {
    if (typeof tls?.mode !== "string" || !Object.hasOwn(ports, tls.mode))
      throw wrong("tls", "expects Tls.None, .Opportunistic, .Required or .Wrapper");
    const { mode, parameters } = tls;
    if (parameters !== undefined && !(parameters instanceof TlsParameters))
      throw wrong(
        "tls",
        "its parameters are not TlsParameters; TlsParameters.builder() makes them, ended by .build()",
      );
    return this.#set("tls", { tls: { mode, parameters } });
  }

  /** Logs in as. Where credentials are given and the server offers no AUTH, nothing is sent. */
  credentials(credentials: Credentials): this {
    if (!(credentials instanceof Credentials))
      throw wrong("credentials", "expects Credentials.password() or .token()");
    return this.#set("credentials", { credentials });
  }

  /**
   * The mechanisms to log in with, the one to try first in front; ones of your own among them. The next is tried only
   * where the server says that the one before will not do (504, 534, 538).
   */
  authentication(mechanisms: Mechanism | SaslMechanism | readonly (Mechanism | SaslMechanism)[]): this {
    return this.#set("authentication", { mechanisms: checkedMechanisms(mechanisms) });
  }

  /** Sends credentials even over a connection that others can read. On any network but your own, do not. */
  allowPlaintextCredentials(allowed = true): this {
    checkFlag("SmtpTransport allowPlaintextCredentials", allowed);
    return this.#set("allowPlaintextCredentials", { allowPlaintextCredentials: allowed });
  }

  /**
   * The name to give in EHLO, or an address literal. Without this the host's qualified name, or the socket's address.
   */
  helloName(name: string): this {
    return this.#set("helloName", { helloName: canonicalDomainOf("helloName", name) });
  }

  /** Whether SMTPUTF8 (RFC 6531) may be used where an address needs it; `true` without this. */
  smtpUtf8(allowed: boolean): this {
    checkFlag("SmtpTransport smtpUtf8", allowed);
    return this.#set("smtpUtf8", { smtpUtf8: allowed });
  }

  /**
   * How much is said before the server has answered, where it allows it (RFC 2920); `"auto"` without this.
   *
   * - `"off"`: one command at a time.
   * - `"auto"`: an envelope at once, and where mails wait, with it the content of the mail before.
   * - `"window"`: whole mails behind each other, by BDAT, up to `maxInFlight` of {@link PoolConfig}. A server has to
   *   offer CHUNKING, and is first put to the test whether it discards chunks that it refuses.
   */
  pipelining(pipelining: "off" | "auto" | "window"): this {
    if (!["off", "auto", "window"].includes(pipelining))
      throw wrong("pipelining", 'expects "off", "auto" or "window"');
    return this.#set("pipelining", { pipelining });
  }

  /**
   * Whether content goes by BDAT (RFC 3030). Without this it does only with `pipelining("window")`.
   *
   * With `"auto"` attachments go as they are, a quarter smaller, where the server offers BINARYMIME. Whoever it passes
   * the mail on to must be able to take that, or it has to encode it.
   */
  chunking(chunking: "never" | "auto"): this {
    if (chunking !== "never" && chunking !== "auto") throw wrong("chunking", 'expects "never" or "auto"');
    return this.#set("chunking", { chunking });
  }

  /** How long each phase may take, in milliseconds; a number sets every phase. See {@link Timeouts}. */
  timeout(timeout: number | Partial<Timeouts>): this {
    const given = typeof timeout === "number" ? everyPhase(timeout) : timeout;
    checkOptionNames("SmtpTransport timeout", given, Object.keys(defaultTimeouts));
    for (const [phase, ms] of Object.entries(given)) checkMilliseconds(`SmtpTransport timeout: ${phase}`, ms);
    return this.#set("timeout", { timeouts: { ...this.#options.timeouts, ...given } });
  }

  /** How long each send may take in all, the final reply included, in milliseconds. */
  deadline(ms: number): this {
    checkMilliseconds("SmtpTransport deadline", ms);
    return this.#set("deadline", { deadline: ms });
  }

  /**
   * How many connections are kept, and for how long, and how fast is sent: see {@link PoolConfig}. `false` opens a
   * connection for each mail, at most `maxSize` of them at once, and closes it when the mail is sent.
   */
  pool(config: Partial<PoolConfig> | false): this {
    return this.#set("pool", { pool: readPoolConfig(config, this.#options.pool) });
  }

  /**
   * Signs everything that is sent, beside the signers that a message has; what goes through `sendRaw` too, as it is. A
   * mail that cannot be signed is not sent.
   */
  sign(signer: OneOrMore<Signer>): this {
    const signers = toSigners(signer);
    if (signers === undefined) throw wrong("sign", `expected ${aSigner}`);
    return this.#set("sign", { signers });
  }

  /**
   * Writes down what the transport does: connections, commands and replies at `debug`, each mail at `info` or `error`.
   * No content, nothing that authenticates, and no address unless `logAddresses()` was said.
   */
  logger(logger: Logger): this {
    if (!isLogger(logger))
      throw wrong("logger", "expects an object with debug, info, warn and error, such as console or pino()");
    return this.#set("logger", { logger });
  }

  /** Lets addresses stand in what is logged and told on diagnostics channels. They are personal data. */
  logAddresses(allowed = true): this {
    checkFlag("SmtpTransport logAddresses", allowed);
    return this.#set("logAddresses", { logAddresses: allowed });
  }

  /** A builder that begins where this one stands. */
  clone(): SmtpTransportBuilder<Built> {
    const fork = new SmtpTransportBuilder(this.#options.host, this.#construct);
    fork.#options = this.#options;
    fork.#port = this.#port;
    return fork;
  }

  /** The transport. It connects when something is sent. */
  build(): Built {
    this.#mayChange("build");
    const { dialect, tls, route, localAddress } = this.#options;
    const port = this.#port ?? (dialect === "lmtp" ? LMTP_PORT : ports[tls.mode]);
    if (dialect === "lmtp" && port === SMTP_PORT && route.via !== "unix")
      throw wrong("port", "LMTP is not spoken on port 25 (RFC 2033 5); most servers have it on 24");
    if (localAddress !== undefined && (route.via === "unix" || route.via === "connector"))
      throw wrong(
        "localAddress",
        `means nothing for a ${route.via === "unix" ? "Unix socket" : "connector"}`,
      );
    if (this.#options.pipelining === "window" && this.#options.chunking === "never")
      throw wrong("chunking", 'pipelining("window") needs BDAT');
    this.#built = true;
    const { host, logger, logAddresses, ...options } = this.#options;
    const observer = new Observer({ host, port, logger, logAddresses });
    const own = { failedAddresses: new FailedAddresses(), tickets: new SessionTickets() };
    return this.#construct({ ...options, host, port, observer, ...own });
  }

  /** One way there is enough: which of two was meant, nobody can tell. */
  #route(route: Route): Route {
    const { via } = this.#options.route;
    if (via !== "tcp" && via !== route.via) {
      throw wrong(
        route.via,
        "of a Unix socket, a proxy and a connector there can be one; another was given before",
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
      throw wrong(method, "this builder has built its transport; clone() it before build() to build another");
  }
}

const ports: Readonly<Record<Tls["mode"], number>> = {
  none: 25,
  opportunistic: 25,
  required: 587,
  wrapper: 465,
};

const SMTP_PORT = 25;
const LMTP_PORT = 24;

/** What a builder gathers: what belongs to one transport is made with it. */
type BuilderOptions = Omit<SmtpOptions, "port" | "observer" | "failedAddresses" | "tickets"> &
  Pick<ObserverOptions, "logger" | "logAddresses">;

const defaults: Omit<BuilderOptions, "host"> = {
  dialect: "smtp",
  route: { via: "tcp" },
  localAddress: undefined,
  resolve: systemResolve,
  tls: Tls.Wrapper(),
  credentials: undefined,
  mechanisms: undefined,
  allowPlaintextCredentials: false,
  helloName: undefined,
  smtpUtf8: true,
  pipelining: "auto",
  chunking: undefined,
  timeouts: defaultTimeouts,
  deadline: undefined,
  pool: defaultPool,
  signers: [],
  clock: systemClock,
  logger: undefined,
  logAddresses: false,
};

function everyPhase(ms: number): Timeouts {
  return { connect: ms, greeting: ms, command: ms, content: ms, final: ms };
}

/** Most who give a text took it from the environment. */
function notAPort(port: unknown): string {
  if (typeof port !== "string") return `${shown(port)} is no port`;
  return `the text ${JSON.stringify(port.slice(0, 40))} is no port; a number is expected, as Number() makes one`;
}
