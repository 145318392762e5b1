import { resolve } from "node:path";
import type { ListeningPlace } from "../server/listening-place.ts";
import { RunningServer } from "../server/running-server.ts";
import type { ServerStatus } from "../server/server-status.ts";
import type { CertificateChange } from "../server/server-tls.ts";
import { Credentials } from "../transport/smtp/login/credentials.ts";
import { SmtpTransport, SmtpTransportBuilder } from "../transport/smtp/smtp-transport.ts";
import { Tls } from "../transport/smtp/tls/tls-mode.ts";
import { TlsParameters } from "../transport/smtp/tls/tls-parameters.ts";
import { CertificateAuthority } from "./certificates/certificates.ts";
import { ciphersFor, serverCertificate } from "./certificates/server-certificate.ts";
import type { Fault } from "./faults/definition/fault.ts";
import type { FaultHandle, StandingFault } from "./faults/selection/fault-book.ts";
import type { Finding } from "./findings/finding.ts";
import { Laboratory } from "./laboratory.ts";
import type { CapturedMessage, MessageMatch } from "./messages/captured-message.ts";
import { CapturedMessages, giveCaught } from "./messages/captured-messages.ts";
import { Inbox, type WaitOptions } from "./messages/inbox.ts";
import { loadMessageParser, type MessageParser } from "./messages/parsed-message.ts";
import { recipientTest } from "./messages/recipient-test.ts";
import { AuthorityFile, type ServerEnvironment } from "./server-environment.ts";
import { isOpen, testHooks } from "./test-hooks.ts";
import { readTestServerOptions, type TestServerOptions } from "./test-server-options.ts";
import { checkTestVerify } from "./test-verify-options.ts";
import type { Transcript } from "./transcripts/transcript.ts";
import { Transcripts } from "./transcripts/transcripts.ts";

/**
 * A server for tests. It accepts every recipient, keeps every message, and records all commands and replies.
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

  // Called only by `start`.
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
    giveCaught(this, caught);
  }

  /**
   * Starts a server on a free port of this machine, within milliseconds.
   *
   * @throws EnvoiError of kind `"configuration"` for options that are not valid; of kind `"connection"` if the server
   * cannot listen on the port.
   */
  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const serverOptions = readTestServerOptions(options);
    const { tls = "none", ca, certificate, without, keepAlive, verify } = options;
    if (verify !== undefined) await checkTestVerify(verify);
    const caught = new CapturedMessages(options.keep);
    const transcripts = new Transcripts(options.keep);
    const authority = tls === "none" ? undefined : (ca ?? (await CertificateAuthority.shared()));
    // Loaded with the first message, because that takes longer than all the rest of a start.
    let parser: Promise<MessageParser> | undefined;
    const laboratory = new Laboratory(
      transcripts,
      options.maxLineLength ?? 12_288,
      authority,
      (session, reply) => caught.refused(session, reply),
    );
    const certificates =
      options.certificates ?? (authority && (await serverCertificate(authority, certificate)));
    const server = await RunningServer.start(
      {
        hostname: "localhost",
        received: false,
        // All clients of a test have the same address.
        maxConnectionsPerAddress: 1000,
        authFailureDelay: 0,
        ...serverOptions,
        ...(certificates && { certificates }),
        ...testHooks(options, caught, {
          storageOf: (session) => laboratory.takeStorage(session),
          transcriptOf: (session) => transcripts.of(session),
          caught: (session) => laboratory.caught(session),
          parser: () => {
            parser ??= loadMessageParser();
            return parser;
          },
        }),
      },
      {
        banner: isOpen(options) ? "envoi TestServer, accepts every recipient" : "envoi TestServer",
        without: new Set(without),
        unref: keepAlive !== true,
        observe: (session) => laboratory.observe(session),
        ciphers: ciphersFor(certificate),
        clientAddress: verify?.clientAddress,
      },
    );
    laboratory.open(server.listeners);
    return new TestServer(server, options, { caught, transcripts, laboratory }, authority);
  }

  /**
   * The IP address for clients of this machine; empty for a Unix socket. If the server listens on all addresses, the
   * loopback address.
   */
  get host(): string {
    return reachable(this.#server.address);
  }

  /** The port; 0 for a Unix socket. */
  get port(): number {
    return this.#server.port;
  }

  /** The path, if the server listens on a Unix socket. */
  get path(): string | undefined {
    const path = this.#server.listeners[0]?.path;
    return path === undefined ? undefined : resolve(path);
  }

  /** What the server listens on, in the order of the option `listeners`. */
  get listeners(): readonly ListeningPlace[] {
    return this.#server.places;
  }

  /** The certificate of the authority, as PEM; empty without TLS. */
  get ca(): string {
    return this.#authority?.cert ?? "";
  }

  /** The URL for {@link SmtpTransport.fromUrl}, with the first of the users if the server offers AUTH. */
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

  /** Environment variables for other processes. The file that they name is deleted when the server closes. */
  get env(): ServerEnvironment {
    return {
      SMTP_URL: this.url,
      SMTP_HOST: this.host,
      SMTP_PORT: String(this.port),
      ...(this.#authority && { NODE_EXTRA_CA_CERTS: this.#authorityFile.path }),
    };
  }

  /**
   * A transport to this server. It trusts the authority, and logs in as the first of the users if the server offers
   * AUTH.
   */
  transport(): SmtpTransport {
    const transport = this.builder().build();
    this.#transports.push(transport);
    return transport;
  }

  /** A builder for such a transport. */
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

  /** The messages that have arrived so far, oldest first. */
  get messages(): readonly CapturedMessage[] {
    return [...this.#caught.messages];
  }

  /** The commands and replies so far, one transcript for each connection. */
  get transcripts(): readonly Transcript[] {
    return this.#transcripts.all;
  }

  /**
   * The oldest message that matches and that no earlier call has returned, as soon as it is there. Without `match`, any
   * message.
   *
   * @throws EnvoiError of kind `"timeout"`, which lists the messages that arrived; of kind `"closed"` if the server is
   * closed before; the reason of the signal if it is aborted.
   */
  waitForMessage(match: MessageMatch = {}, options: WaitOptions = {}): Promise<CapturedMessage> {
    return this.#all.waitForMessage(match, options);
  }

  /**
   * The oldest `count` messages that match and that no earlier call has returned, as soon as all are there. If they do
   * not arrive in time, none of them counts as returned.
   *
   * @throws EnvoiError of kind `"timeout"`, which lists the messages that arrived; of kind `"closed"` if the server is
   * closed before; the reason of the signal if it is aborted.
   */
  waitForMessages(
    count: number,
    match: MessageMatch = {},
    options: WaitOptions = {},
  ): Promise<readonly CapturedMessage[]> {
    return this.#all.waitForMessages(count, match, options);
  }

  /**
   * Checks for `ms` milliseconds that no message matches, apart from those that a call has returned. Resolves at once
   * if the server is closed. A message that it finds does not count as returned.
   *
   * @throws AssertionError that names the message; the reason of the signal if it is aborted.
   */
  expectNoMessage(
    ms: number,
    match: MessageMatch = {},
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    return this.#all.expectNoMessage(ms, match, options);
  }

  /**
   * The messages to one recipient, `"jo@a.test"`, or to one domain, `"@a.test"`. Each call returns the same inbox.
   * Tests that run in parallel can share a server if each has its own recipients.
   *
   * @throws AddressError if it is not an address or a domain.
   */
  inbox(recipient: string): Inbox {
    const { key, test } = recipientTest(recipient);
    const inbox = this.#inboxes.get(key) ?? new Inbox(this.#caught, test, this.#options.waitTimeout);
    this.#inboxes.set(key, inbox);
    return inbox;
  }

  /**
   * Makes the server do something wrong from now on: see {@link Fault}. If several faults match, the first one that was
   * added strikes.
   *
   * @throws EnvoiError of kind `"configuration"` for a fault that is not valid.
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

  /** The faults that are in force, in the order in which they were added. */
  get faults(): readonly StandingFault[] {
    return this.#laboratory.faults.all;
  }

  /** The violations of RFCs by clients so far, as far as a server can see them. */
  get findings(): readonly Finding[] {
    return this.#laboratory.findings;
  }

  /** What the server is doing now, and has done since it was started: see SmtpServer's `status`. */
  status(): ServerStatus {
    return this.#server.status;
  }

  /**
   * Shows other certificates from now on, as SmtpServer's `setCertificates` does: how does a client take it if a
   * certificate was renewed, or is expired now?
   *
   * @throws EnvoiError of kind `"configuration"` if a certificate cannot be used, or if no listener has TLS.
   *
   * @example
   * ```ts
   * const ca = await CertificateAuthority.create();
   * await using server = await TestServer.start({ tls: "implicit", ca });
   * await server.setCertificates({ certificates: ca.issue({ notAfter: new Date("2020-01-01") }) });
   * ```
   */
  async setCertificates(change: CertificateChange): Promise<void> {
    await this.#server.setCertificates(change);
  }

  /**
   * Resets the server: forgets all messages, findings, and transcripts of closed connections, and lifts all faults.
   */
  clear(): void {
    this.#caught.clear();
    this.#laboratory.clear();
    this.#transcripts.clear();
  }

  /**
   * Closes the server, and the transports that came from `transport()`. Connections are cut at once, but clients of
   * stored messages get their reply first. Waits for messages end.
   */
  async close(): Promise<void> {
    await this.#laboratory.allAnswered();
    this.#caught.close();
    await this.#laboratory.close();
    this.#authorityFile.remove();
    await this.#server.close(0);
    await Promise.all(this.#transports.map((transport) => transport.close()));
  }

  /** Closes the server. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #tls(): Tls {
    const { tls = "none" } = this.#options;
    if (tls === "none") return Tls.None;
    const parameters = TlsParameters.builder().addRootCertificate(this.ca).build();
    return tls === "starttls" ? Tls.Required(parameters) : Tls.Wrapper(parameters);
  }

  /** The first of the users and the secret, if the server offers AUTH. */
  #user(): [user: string, secret: string] | undefined {
    const { users = {}, tls = "none", without = [], allowPlaintextCredentials } = this.#options;
    const offered = (tls !== "none" || allowPlaintextCredentials === true) && !without.includes("AUTH");
    return offered ? Object.entries(users)[0] : undefined;
  }
}

/** The address for a client of this machine: the loopback address if the server listens on all addresses. */
function reachable(address: string): string {
  if (address === "0.0.0.0" || address === "::ffff:0.0.0.0") return "127.0.0.1";
  return address === "::" ? "::1" : address;
}

/** The scheme and the query of the URL for each kind of TLS. */
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

/** The parts of a TestServer that `assertMail` looks at. */
interface Findable {
  readonly caught: CapturedMessages;
  readonly transcripts: Transcripts;
  readonly laboratory: Laboratory;
}
