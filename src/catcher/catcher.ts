import process from "node:process";
import { loadMessageParser } from "../testing/messages/parsed-message.ts";
import { TestServer } from "../testing/test-server.ts";
import type { CatcherFacts } from "./context.ts";
import { type FrameOptions, HttpFrame } from "./http/http-frame.ts";
import { listeningAddress } from "./http/listening-host.ts";
import { KeepFolder } from "./keep/keep-folder.ts";
import { Keeper } from "./keep/keeper.ts";
import type { CatcherOptions } from "./options/catcher-options.ts";
import { readCatcherOptions } from "./options/option-readers.ts";
import { SmtpRelay } from "./relay/smtp-relay.ts";
import { connectStore } from "./store/arrivals.ts";
import { MailStore } from "./store/mail-store.ts";
import { Webhook } from "./webhook/webhook.ts";

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
  /** The SMTP server: it waits for mails, and knows faults, findings and transcripts. */
  readonly server: TestServer;
  readonly #frame: HttpFrame;
  /** In the order in which they are closed. */
  readonly #parts: readonly Part[];
  #closed: Promise<void> | undefined;

  // Called only by `start`.
  private constructor(server: TestServer, frame: HttpFrame, parts: readonly Part[]) {
    this.server = server;
    this.#frame = frame;
    this.#parts = parts;
  }

  /**
   * Starts a catcher.
   *
   * @throws EnvoiError of kind `"configuration"` for options that are not valid; of kind `"connection"` if it cannot
   * listen on a port.
   */
  static async start(options: CatcherOptions = {}): Promise<Catcher> {
    const { http = {}, max = 500, maxBytes = MOST_OCTETS, ...given } = readCatcherOptions(options);
    const { linkCheck = false, keepAlive = false, relay: to, public: isOpen = false } = given;
    const { host = "127.0.0.1", port = 0, names = [], origins = [], auth } = http;
    const mayListen = isOpen || auth !== undefined;
    const address = await listeningAddress(host, "http.host", mayListen);
    const smtp = await smtpOptions(given.smtp ?? {}, mayListen);
    const relay = to === undefined ? undefined : new SmtpRelay(typeof to === "string" ? { url: to } : to);
    const folder = given.keep === undefined ? undefined : new KeepFolder(given.keep);
    const { onError = warn } = given;
    const parts: Part[] = relay === undefined ? [] : [relay];
    try {
      const limits = { mails: max, octets: maxBytes };
      const store = new MailStore(
        await loadMessageParser(),
        limits,
        folder && ((mail) => folder.write(mail)),
      );
      store.restore(folder?.read(max) ?? []);
      const keep = { messages: max, octets: maxBytes };
      const server = given.server ?? (await TestServer.start({ ...smtp, keepAlive, keep }));
      const frameOptions = { host: address, port, names, origins, auth, keepAlive, maxBody: MOST_BODY };
      const facts = { store, server, relay, linkCheck, max, keep: folder?.path, startedAt: new Date() };
      // What happens with a mail must be in place before the first mail.
      if (folder !== undefined) parts.unshift(new Keeper(folder, store, onError));
      if (given.webhook !== undefined) parts.unshift(new Webhook(given.webhook, store, { onError }));
      parts.unshift({ close: connectStore(server, store) });
      // A mail that a client got a reply for must be kept, so the server is closed before that.
      if (given.server === undefined) parts.unshift(server);
      const frame = await openFrame(frameOptions, facts);
      parts.unshift(frame);
      return new Catcher(server, frame, parts);
    } catch (error) {
      await closeAll(parts);
      throw error;
    }
  }

  /** The URL of the SMTP server, without user and password; `server.url` has them. */
  get smtpUrl(): string {
    return withoutLogin(this.server.url);
  }

  /** The URL of the page and the API. */
  get url(): string {
    return this.#frame.url;
  }

  /** Closes the page, the API and the SMTP server, unless the server was given. Mails in a folder stay there. */
  close(): Promise<void> {
    this.#closed ??= closeAll(this.#parts);
    return this.#closed;
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The page and the API, which listen. */
async function openFrame(
  options: FrameOptions,
  facts: Omit<CatcherFacts, "smtpUrl" | "url">,
): Promise<HttpFrame> {
  const frame: HttpFrame = new HttpFrame(options, async () => {
    const { makeApp } = await import("./http/app.ts");
    return makeApp({ ...facts, smtpUrl: withoutLogin(facts.server.url), url: frame.url });
  });
  await frame.listen(options);
  loadSoon(frame, facts.store);
  return frame;
}

/**
 * Loads the APIs some time after the first mail, not with the first request: then mails have been read when somebody
 * searches them.
 */
function loadSoon(frame: HttpFrame, store: MailStore): void {
  // If it fails, requests get the error.
  const load = (): void => void setTimeout(() => frame.ready().catch(() => {}), LOAD_AFTER).unref();
  if (store.count > 0) {
    load();
    return;
  }
  const unlisten = store.listen(() => {
    unlisten();
    load();
  });
}

/** How long after the first mail the APIs are loaded, in milliseconds. */
const LOAD_AFTER = 300;

/** The options of the SMTP server, with addresses that may be listened on. */
async function smtpOptions<O extends NonNullable<CatcherOptions["smtp"]>>(
  given: O,
  mayListen: boolean,
): Promise<O> {
  const { host, path, listeners } = given;
  const checked = async (name: string | undefined, field: string) =>
    name === undefined ? undefined : await listeningAddress(name, field, mayListen);
  const hosts = await Promise.all(
    (listeners ?? []).map((each, at) => checked(each.host, `smtp.listeners[${at}].host`)),
  );
  const all = listeners?.map((each, at) => ({
    ...each,
    ...(hosts[at] !== undefined && { host: hosts[at] }),
  }));
  const own = path === undefined ? await checked(host, "smtp.host") : undefined;
  return { ...given, ...(own !== undefined && { host: own }), ...(all && { listeners: all }) };
}

/** What must be closed. */
interface Part {
  close(): void | Promise<void>;
}

async function closeAll(parts: readonly Part[]): Promise<void> {
  for (const part of parts) await part.close();
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}

function withoutLogin(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/, "$1");
}

/** How many bytes of mails are kept. */
const MOST_OCTETS = 256 * 1_048_576;

/** The most bytes of the body of a request. */
const MOST_BODY = 64 * 1_048_576;
