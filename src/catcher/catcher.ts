import { caughtBy } from "../testing/messages/captured-messages.ts";
import { loadMessageParser } from "../testing/messages/parsed-message.ts";
import { TestServer } from "../testing/test-server.ts";
import { refuseOption } from "../text/options/option-reader.ts";
import type { CatcherOptions } from "./catcher-options.ts";
import { HttpFrame } from "./http/http-frame.ts";
import { connectStore } from "./store/arrivals.ts";
import { MailStore } from "./store/mail-store.ts";

/**
 * Catches mail, and shows it: an SMTP server that accepts everything, a page to look at it, and an API.
 *
 * @example
 * ```ts
 * await using catcher = await Catcher.start();
 * console.log(`send to ${catcher.smtpUrl}, look at ${catcher.url}`);
 * ```
 */
export class Catcher implements AsyncDisposable {
  /** The SMTP server. */
  readonly server: TestServer;
  readonly #frame: HttpFrame;
  readonly #disconnect: () => void;
  readonly #ownsServer: boolean;

  // Called only by `start`.
  private constructor(server: TestServer, frame: HttpFrame, disconnect: () => void, ownsServer: boolean) {
    this.server = server;
    this.#frame = frame;
    this.#disconnect = disconnect;
    this.#ownsServer = ownsServer;
  }

  /**
   * Starts a catcher.
   *
   * @throws EnvoiError of kind `"configuration"` for options that are not valid; of kind `"connection"` if a port is
   * not free.
   */
  static async start(options: CatcherOptions = {}): Promise<Catcher> {
    const { http = {}, max = 500, linkCheck = false, keepAlive = false } = options;
    const server =
      options.server ??
      (await TestServer.start({ keepAlive, keep: { messages: max, octets: MOST_OCTETS }, ...options.smtp }));
    const caught = caughtBy(server);
    if (caught === undefined) throw refuseOption("server", "expected a TestServer");
    const store = new MailStore(await loadMessageParser(), { mails: max, octets: MOST_OCTETS });
    const disconnect = connectStore(caught, store);
    const startedAt = new Date();
    const { host = "127.0.0.1", port = 0, names = [], origins = [], auth } = http;
    const frameOptions = { host, port, names, origins, auth, keepAlive, maxBody: MOST_BODY };
    const frame = new HttpFrame(frameOptions, async () => {
      const { makeApp } = await import("./http/app.ts");
      const { smtpUrl, url } = catcher;
      return makeApp({
        store,
        server,
        relay: undefined,
        linkCheck,
        max,
        keep: undefined,
        startedAt,
        smtpUrl,
        url,
      });
    });
    await frame.listen(frameOptions);
    const catcher = new Catcher(server, frame, disconnect, options.server === undefined);
    return catcher;
  }

  /** The URL of the SMTP server, as `server.url`. */
  get smtpUrl(): string {
    return this.server.url;
  }

  /** The URL of the page and the API. */
  get url(): string {
    const { address, port } = this.#frame.address;
    const reachable = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
    return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
  }

  /** Closes the page, the API and the SMTP server, unless the server was given. */
  async close(): Promise<void> {
    this.#disconnect();
    await this.#frame.close();
    if (this.#ownsServer) await this.server.close();
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** How many bytes of mails are kept. */
const MOST_OCTETS = 256 * 1_048_576;

/** The most bytes of the body of a request. */
const MOST_BODY = 64 * 1_048_576;
