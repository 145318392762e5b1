import type { MailStore } from "../store/mail-store.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import { webhookJson } from "./webhook-json.ts";
import { type WebhookTarget, webhookTarget } from "./webhook-target.ts";

/** Sends a request: `fetch`, or another function in a test. */
export type Post = (url: string, request: RequestInit) => Promise<Pick<Response, "ok" | "status" | "body">>;

/** What a webhook needs from outside. */
export interface WebhookHost {
  readonly post?: Post;
  /** How long it waits before each further attempt, in milliseconds; default 1, 5 and 30 seconds. */
  readonly pauses?: readonly number[];
  /** Gets what went wrong with a mail that was not posted. */
  readonly onError: (error: unknown) => void;
}

/**
 * Posts each mail of a store, as JSON, one after the other. Nothing waits for it: clients have their reply before, and
 * if too many mails wait, the oldest are left out.
 */
export class Webhook {
  readonly #target: WebhookTarget;
  readonly #host: Required<WebhookHost>;
  readonly #stopped = new AbortController();
  readonly #unlisten: () => void;
  #waiting: StoredMail[] = [];
  #working = false;

  constructor(url: string, store: MailStore, { post = fetch, pauses = PAUSES, onError }: WebhookHost) {
    this.#target = webhookTarget(url);
    this.#host = { post, pauses, onError };
    this.#unlisten = store.listen((event) => {
      if (event.type === "new" && !event.isBack) this.#add(event.mail);
    });
  }

  /** Posts nothing more. */
  close(): void {
    this.#unlisten();
    this.#waiting = [];
    this.#stopped.abort();
  }

  #add(mail: StoredMail): void {
    this.#waiting.push(mail);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting = this.#waiting.slice(-MOST_WAITING / 2);
      this.#host.onError(
        new Error(`webhook: more than ${MOST_WAITING} mails waited, so the oldest are left out`),
      );
    }
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    // First the client gets its reply.
    await new Promise((resolve) => setImmediate(resolve));
    for (let mail = this.#waiting.shift(); mail !== undefined; mail = this.#waiting.shift()) {
      try {
        await this.#post(mail);
      } catch (error) {
        if (!this.#stopped.signal.aborted) this.#host.onError(error);
      }
    }
    this.#working = false;
  }

  async #post(mail: StoredMail): Promise<void> {
    const body = JSON.stringify(await webhookJson(mail));
    const { post, pauses } = this.#host;
    for (let attempt = 0; ; attempt++) {
      let problem: unknown;
      try {
        const { ok, status, body: answer } = await post(this.#target.url, this.#request(body));
        await answer?.cancel();
        if (ok) return;
        problem = new Error(`webhook: expected a status from 200 to 299, got ${status}`);
        // The others say that the same request will fail again.
        if (status < 500 && status !== 408 && status !== 429) throw problem;
      } catch (error) {
        if (error === problem) throw error;
        problem = error;
      }
      const pause = pauses[attempt];
      if (pause === undefined || this.#stopped.signal.aborted) throw problem;
      await this.#pause(pause);
    }
  }

  #request(body: string): RequestInit {
    return {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "envoi", ...this.#target.headers },
      body,
      // The address is what the options say, not what an answer says.
      redirect: "manual",
      signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(TIMEOUT)]),
    };
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#stopped;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms).unref();
      signal.addEventListener("abort", done);
    });
  }
}

const PAUSES: readonly number[] = [1000, 5000, 30_000];
/** How long an answer may take, in milliseconds. */
const TIMEOUT = 10_000;
/** How many mails may wait. */
const MOST_WAITING = 1000;
