import { milliseconds } from "../text/options/option-kinds.ts";
import { type OptionReaders, readOptions } from "../text/options/option-reader.ts";
import type { ListeningPlace } from "./listening-place.ts";
import type { SmtpServerOptions } from "./options/options.ts";
import { checkPurpose } from "./options/purpose.ts";
import { resolveOptions } from "./options/resolved-options.ts";
import { RunningServer } from "./running-server.ts";
import type { ServerStatus } from "./server-status.ts";
import type { CertificateChange } from "./server-tls.ts";

/** How an {@link SmtpServer} closes. */
export interface CloseOptions {
  /** How long, in milliseconds, messages may go on; default 10,000. 0 cuts all connections at once. */
  readonly grace?: number;
}

/**
 * An SMTP server (RFC 5321) inside your process.
 *
 * It refuses every recipient unless `domains`, `relay` with an authenticated client, or the hook `recipient` accepts
 * it.
 *
 * @example
 * ```ts
 * const server = await SmtpServer.listen({
 *   port: 2525,
 *   domains: ["lists.example"],
 *   async data({ envelope, content }) {
 *     for await (const piece of content) await store(envelope, piece);
 *   },
 * });
 * ```
 */
export class SmtpServer implements AsyncDisposable {
  readonly #server: RunningServer;

  private constructor(server: RunningServer) {
    this.#server = server;
  }

  /**
   * Starts a server.
   *
   * @throws EnvoiError of kind `"configuration"` for options that are not valid; of kind `"connection"` if the server
   * cannot listen on the port.
   */
  static async listen<State = Record<string, unknown>>(
    options: SmtpServerOptions<State> = {},
  ): Promise<SmtpServer> {
    // The server never looks at what the hooks keep in a session.
    const own = options as unknown as SmtpServerOptions;
    checkPurpose(own, resolveOptions(own));
    return new SmtpServer(await RunningServer.start(own));
  }

  /** What the server listens on, in the order of the option `listeners`. */
  get listeners(): readonly ListeningPlace[] {
    return this.#server.places;
  }

  /** The port; of several, the first. 0 for a Unix socket. */
  get port(): number {
    return this.#server.port;
  }

  /** The IP address; of several, the first. Empty for a Unix socket. */
  get address(): string {
    return this.#server.address;
  }

  /**
   * What the server is doing now, and has done: its listeners, its connections by state, what it refused and what it
   * took. The counts cost it nothing.
   *
   * @example
   * ```ts
   * import { SmtpServer } from "envoi/server";
   *
   * const server = await SmtpServer.listen({ port: 2525 });
   * const { connections, mails, refused } = server.status();
   * console.log(`${connections.open} open, ${mails} mails, ${refused["no-shared-cipher"] ?? 0} failed handshakes`);
   * ```
   */
  status(): ServerStatus {
    return this.#server.status;
  }

  /**
   * Shows other certificates from now on, on all listeners that have TLS: when a certificate was renewed, without a
   * restart. If anything about them is wrong, nothing changes. Connections that exist go on. TLS sessions from before
   * are not resumed, so a client whose authority was taken out of `clientCertificates` is out with its next connection.
   * Of several calls, each takes effect in its turn.
   *
   * @throws EnvoiError of kind `"configuration"` if a certificate cannot be used, or if no listener has TLS.
   *
   * @example
   * ```ts
   * import { readFile } from "node:fs/promises";
   * import { SmtpServer } from "envoi/server";
   *
   * const read = async () => ({ key: await readFile("privkey.pem"), cert: await readFile("fullchain.pem") });
   * const server = await SmtpServer.listen({ tls: "implicit", certificates: await read() });
   * process.on("SIGHUP", async () => server.setCertificates({ certificates: await read() }));
   * ```
   */
  async setCertificates(change: CertificateChange): Promise<void> {
    await this.#server.setCertificates(change);
  }

  /**
   * Closes the server: accepts no more connections, answers idle clients with 421, and lets messages under way finish.
   * Resolves when no connection is left. `close({ grace: 0 })` cuts all connections at once, even during a running
   * close.
   *
   * @throws EnvoiError of kind `"configuration"` for options that are not valid.
   */
  close(options: CloseOptions = {}): Promise<void> {
    const { grace = 10_000 } = readOptions(options, closeOptions);
    return this.#server.close(grace);
  }

  /** Closes the server, and lets messages under way finish. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const closeOptions: OptionReaders<CloseOptions> = { grace: milliseconds(0) };
