import { milliseconds } from "../text/option-kinds.ts";
import { type OptionReaders, readOptions } from "../text/options.ts";
import type { SmtpServerOptions } from "./options/options.ts";
import { checkPurpose, resolveOptions } from "./options/resolved-options.ts";
import { RunningServer } from "./running-server.ts";

/** How an {@link SmtpServer} closes. */
export interface CloseOptions {
  /** So many milliseconds a message under way is given; 10,000. 0 cuts everything at once. */
  readonly grace?: number;
}

/** A port, or a Unix socket, that an {@link SmtpServer} listens on. */
export interface ListeningPlace {
  /** The IP address; empty for a Unix socket. */
  readonly address: string;
  /** 0 for a Unix socket. */
  readonly port: number;
  /** The path of a Unix socket. */
  readonly path?: string;
}

/**
 * An SMTP server (RFC 5321) inside your process.
 *
 * It accepts nobody's mail by omission: every recipient is refused unless `domains`, an authenticated client with
 * `relay`, or the hook `recipient` says otherwise.
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
   * @throws EnvoiError of kind `"configuration"` for options that make no sense, of kind `"connection"` where the port
   * cannot be listened on.
   */
  static async listen<State = Record<string, unknown>>(
    options: SmtpServerOptions<State> = {},
  ): Promise<SmtpServer> {
    // The server never looks at what the hooks keep in a session.
    const own = options as unknown as SmtpServerOptions;
    checkPurpose(own, resolveOptions(own));
    return new SmtpServer(await RunningServer.start(own));
  }

  /** What is listened on, in the order of the option `listeners`. */
  get listeners(): readonly ListeningPlace[] {
    return this.#server.listeners.map(({ address, port, path }) => ({
      address,
      port,
      ...(path !== undefined && { path }),
    }));
  }

  /** The port that is listened on; of several, the first. 0 for a Unix socket. */
  get port(): number {
    return this.#server.port;
  }

  /** The IP address that is listened on; of several, the first. Empty for a Unix socket. */
  get address(): string {
    return this.#server.address;
  }

  /**
   * Closes: nobody is accepted any more, clients between messages are told 421, and messages under way come to their
   * end. Resolves when no connection is left.
   *
   * @throws EnvoiError of kind `"configuration"` for options that make no sense.
   */
  close(options: CloseOptions = {}): Promise<void> {
    const { grace = 10_000 } = readOptions(options, closeOptions);
    return this.#server.close(grace);
  }

  /** Closes, waiting for what is being received. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const closeOptions: OptionReaders<CloseOptions> = { grace: milliseconds(0) };
