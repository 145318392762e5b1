import { resolve } from "node:path";
import { RunningServer } from "../server/running-server.ts";
import { SmtpTransportBuilder } from "../transport/smtp/builder.ts";
import { Credentials } from "../transport/smtp/login/credentials.ts";
import { Tls } from "../transport/smtp/tls/tls-mode.ts";
import { TlsParameters } from "../transport/smtp/tls/tls-parameters.ts";
import { SmtpTransport } from "../transport/smtp/transport.ts";
import { CertificateAuthority } from "./certificates/certificates.ts";
import { ciphersFor, serverCertificate } from "./certificates/server-certificate.ts";
import { AuthorityFile, type ServerEnvironment } from "./environment.ts";
import type { Fault } from "./faults/definition/fault.ts";
import type { FaultHandle } from "./faults/selection/fault-book.ts";
import type { Finding } from "./findings/finding.ts";
import { isOpen, testHooks } from "./hooks.ts";
import { Laboratory } from "./laboratory.ts";
import type { CapturedMessage, MessageMatch } from "./messages/captured-message.ts";
import { CapturedMessages } from "./messages/captured-messages.ts";
import { Inbox, type WaitOptions } from "./messages/inbox.ts";
import { recipientTest } from "./messages/recipient-test.ts";
import { readTestServerOptions, type TestServerOptions } from "./test-server-options.ts";
import type { Transcript } from "./transcripts/transcript.ts";
import { Transcripts } from "./transcripts/transcripts.ts";

/**
 * A server for tests: it accepts every recipient, keeps every message, and shows everything.
 *
 * @example
 * ```ts
 * await using server = await TestServer.start({ tls: "starttls", users: { shop: "secret" } });
 * await server.transport().send(receipt);
 * const message = await server.waitForMessage({ to: "customer@example.org" });
 * assert.equal(message.parsed.subject, "Your receipt");
 * ```
 */
export class TestServer implements AsyncDisposable {
  readonly #server: RunningServer;
  readonly #options: TestServerOptions;
  readonly #caught: CapturedMessages;
  readonly #all: Inbox;
  readonly #inboxes = new Map<string, Inbox>();
  readonly #transcripts: Transcripts;
  readonly #laboratory: Laboratory;
  readonly #authority: CertificateAuthority | undefined;
  readonly #authorityFile: AuthorityFile;
  readonly #transports: SmtpTransport[] = [];

  // Made by `start` alone.
  private constructor(
    server: RunningServer,
    options: TestServerOptions,
    { caught, transcripts, laboratory }: Findable,
    authority: CertificateAuthority | undefined,
  ) {
    this.#server = server;
    this.#options = options;
    this.#caught = caught;
    this.#all = new Inbox(caught, () => true, options.waitTimeout);
    this.#transcripts = transcripts;
    this.#laboratory = laboratory;
    this.#authority = authority;
    this.#authorityFile = new AuthorityFile(this.ca);
  }

  /**
   * Starts a server on a free port of this machine, in a few milliseconds.
   *
   * @throws EnvoiError of kind `"configuration"` for options that make no sense, of kind `"connection"` where the port
   * cannot be listened on.
   */
  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const serverOptions = readTestServerOptions(options);
    const { tls = "none", ca, certificate, without, keepAlive } = options;
    const caught = new CapturedMessages(options.keep);
    const transcripts = new Transcripts(options.keep);
    const authority = tls === "none" ? undefined : (ca ?? (await CertificateAuthority.shared()));
    const laboratory = new Laboratory(transcripts, options.maxLineLength ?? 12_288, authority);
    const certificates =
      options.certificates ?? (authority && (await serverCertificate(authority, certificate)));
    const server = await RunningServer.start(
      {
        hostname: "localhost",
        received: false,
        // All clients of a test have one address.
        maxConnectionsPerAddress: 1000,
        authFailureDelay: 0,
        ...serverOptions,
        ...(certificates && { certificates }),
        ...testHooks(options, caught, {
          storageOf: (session) => laboratory.takeStorage(session),
          transcriptOf: (session) => transcripts.of(session),
          caught: (session) => laboratory.caught(session),
        }),
      },
      {
        banner: isOpen(options) ? "envoi TestServer, accepts every recipient" : "envoi TestServer",
        without: new Set(without),
        unref: keepAlive !== true,
        observe: (session) => laboratory.observe(session),
        ciphers: ciphersFor(certificate),
      },
    );
    laboratory.open(server.listeners);
    return new TestServer(server, options, { caught, transcripts, laboratory }, authority);
  }

  /**
   * The IP address to connect to: the one that is listened on, or that of this machine if all are; empty for a Unix
   * socket.
   */
  get host(): string {
    return reachable(this.#server.address);
  }

  /** The port that is listened on; 0 for a Unix socket. */
  get port(): number {
    return this.#server.port;
  }

  /** The path of the Unix socket that is listened on, if it is one. */
  get path(): string | undefined {
    const path = this.#server.listeners[0]?.path;
    return path === undefined ? undefined : resolve(path);
  }

  /** The certificate of the authority, as PEM; empty where there is no TLS. */
  get ca(): string {
    return this.#authority?.cert ?? "";
  }

  /** For {@link SmtpTransport.fromUrl}; with the first of the users where AUTH is offered. */
  get url(): string {
    const { lmtp = false, tls = "none" } = this.#options;
    const [scheme, query] = lmtp ? lmtpUrls[tls] : smtpUrls[tls];
    const user = this.#user();
    const login = user ? `${user.map(encodeURIComponent).join(":")}@` : "";
    const at = login && `${login}localhost`;
    if (this.path !== undefined)
      return `${scheme}+unix://${at}${encodeURI(this.path).replace(/[?#]/g, encodeURIComponent)}`;
    const host = this.host.includes(":") ? `[${this.host}]` : this.host;
    return `${scheme}://${login}${host}:${this.port}${query}`;
  }

  /** For processes that are told by environment variables. The file that it names is deleted on close. */
  get env(): ServerEnvironment {
    return {
      SMTP_URL: this.url,
      SMTP_HOST: this.host,
      SMTP_PORT: String(this.port),
      ...(this.#authority && { NODE_EXTRA_CA_CERTS: this.#authorityFile.path }),
    };
  }

  /**
   * A transport to this server: it trusts the authority, and logs in as the first of the users where AUTH is offered.
   */
  transport(): SmtpTransport {
    const transport = this.builder().build();
    this.#transports.push(transport);
    return transport;
  }

  /** What builds such a transport. */
  builder(): SmtpTransportBuilder {
    const begin = this.#options.lmtp === true ? lmtpBuilder : SmtpTransport.builder;
    const builder =
      this.path === undefined
        ? begin(this.host).port(this.port).tls(this.#tls())
        : begin("localhost").unixSocket(this.path).tls(Tls.None);
    const user = this.#user();
    if (user === undefined) return builder;
    builder.credentials(Credentials.password(...user));
    return this.#options.allowPlaintextCredentials === true ? builder.allowPlaintextCredentials() : builder;
  }

  /** What has been caught so far, oldest first: a snapshot. */
  get messages(): readonly CapturedMessage[] {
    return [...this.#caught.messages];
  }

  /** What has been said so far, connection by connection. */
  get transcripts(): readonly Transcript[] {
    return this.#transcripts.all;
  }

  /**
   * The oldest message that is meant and that no earlier call has returned; any, where nothing is said.
   *
   * @throws EnvoiError of kind `"timeout"`, which lists what did arrive; of kind `"closed"` if the server is closed
   * meanwhile; the reason of the signal, if it is aborted.
   */
  waitForMessage(match: MessageMatch = {}, options: WaitOptions = {}): Promise<CapturedMessage> {
    return this.#all.waitForMessage(match, options);
  }

  /**
   * The oldest `count` messages that are meant and that no earlier call has returned, once all of them are there.
   *
   * @throws EnvoiError of kind `"timeout"`, which lists what did arrive; of kind `"closed"` if the server is closed
   * meanwhile; the reason of the signal, if it is aborted.
   */
  waitForMessages(
    count: number,
    match: MessageMatch = {},
    options: WaitOptions = {},
  ): Promise<readonly CapturedMessage[]> {
    return this.#all.waitForMessages(count, match, options);
  }

  /**
   * Waits so many milliseconds for nothing: resolves if no message comes, or is there, that is meant and that no call
   * has returned; at once if the server is closed. What it finds does not count as returned.
   *
   * @throws AssertionError which names the message; the reason of the signal, if it is aborted.
   */
  expectNoMessage(
    ms: number,
    match: MessageMatch = {},
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    return this.#all.expectNoMessage(ms, match, options);
  }

  /**
   * The messages to one recipient, `"jo@a.test"`, or to one domain, `"@a.test"`: the same inbox at each call. Tests
   * that run in parallel share a server by using recipients of their own.
   *
   * @throws AddressError where it is neither.
   */
  inbox(recipient: string): Inbox {
    const { key, test } = recipientTest(recipient);
    const inbox = this.#inboxes.get(key) ?? new Inbox(this.#caught, test, this.#options.waitTimeout);
    this.#inboxes.set(key, inbox);
    return inbox;
  }

  /**
   * From now on the server does something wrong: see {@link Fault}. Of several that hold, the one told first strikes.
   *
   * @throws EnvoiError of kind `"configuration"` for a fault that makes no sense.
   *
   * @example
   * ```ts
   * const fault = server.fail({ at: "mail", times: 2, reply: "451 4.3.0 Try again" });
   * await assert.rejects(transport.send(message), { delivery: "refused", transient: true });
   * assert.equal(fault.hits, 1);
   * fault.lift();
   * ```
   */
  fail(...faults: readonly Fault[]): FaultHandle {
    return this.#laboratory.faults.add(faults);
  }

  /** What clients did against the RFCs so far, as far as a server can see it. */
  get findings(): readonly Finding[] {
    return this.#laboratory.findings;
  }

  /**
   * As if just started: forgets all messages, findings, and transcripts of connections that are closed, and lifts all
   * faults.
   */
  clear(): void {
    this.#caught.clear();
    this.#laboratory.clear();
    this.#transcripts.clear();
  }

  /**
   * Closes at once, with the transports that came from `transport()`: connections are cut, but not before the client of
   * a message that is there has been told so. What still waits for messages ends.
   */
  async close(): Promise<void> {
    await this.#laboratory.allAnswered();
    this.#caught.close();
    await this.#laboratory.close();
    this.#authorityFile.remove();
    await this.#server.close(0);
    await Promise.all(this.#transports.map((transport) => transport.close()));
  }

  /** Closes. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #tls(): Tls {
    const { tls = "none" } = this.#options;
    if (tls === "none") return Tls.None;
    const parameters = TlsParameters.builder().addRootCertificate(this.ca).build();
    return tls === "starttls" ? Tls.Required(parameters) : Tls.Wrapper(parameters);
  }

  /** The first of the users and the secret, where AUTH is offered. */
  #user(): [user: string, secret: string] | undefined {
    const { users = {}, tls = "none", without = [], allowPlaintextCredentials } = this.#options;
    const offered = (tls !== "none" || allowPlaintextCredentials === true) && !without.includes("AUTH");
    return offered ? Object.entries(users)[0] : undefined;
  }
}

/**
 * Where a client of this machine finds what listens on this address: one that stands for all of them is no address to
 * connect to.
 */
function reachable(address: string): string {
  if (address === "0.0.0.0" || address === "::ffff:0.0.0.0") return "127.0.0.1";
  return address === "::" ? "::1" : address;
}

/** The scheme and the query of its URL, for each kind of TLS. */
const smtpUrls = {
  none: ["smtp", ""],
  starttls: ["smtp", "?tls=required"],
  implicit: ["smtps", ""],
} as const;
const lmtpUrls = {
  none: ["lmtp", ""],
  starttls: ["lmtp", "?tls=required"],
  implicit: ["lmtp", "?tls=wrapper"],
} as const;

function lmtpBuilder(host: string): SmtpTransportBuilder {
  return new SmtpTransportBuilder(host, (options) => new SmtpTransport(options), "lmtp");
}

/** What there is to see of a TestServer. */
interface Findable {
  readonly caught: CapturedMessages;
  readonly transcripts: Transcripts;
  readonly laboratory: Laboratory;
}
