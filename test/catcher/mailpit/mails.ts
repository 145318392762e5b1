import { Catcher } from "#src/catcher/catcher.js";
import type { CatcherOptions } from "#src/catcher/options/catcher-options.js";

/** A catcher, and a short way to its API. */
export interface TestedCatcher extends AsyncDisposable {
  readonly catcher: Catcher;
  /** Sends a request. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Sends a request with JSON, and reads the answer as JSON. */
  json<T = Record<string, unknown>>(path: string, method?: string, body?: unknown): Promise<T>;
  /** Sends a request, and reads the answer as `status text`. */
  text(path: string, method?: string, body?: unknown): Promise<string>;
  /** Sends a mail by SMTP, byte for byte, and returns its id. */
  deliver(raw: string | Buffer, to?: readonly string[], from?: string): Promise<string>;
}

/** Starts a catcher. */
export async function startCatcher(options: CatcherOptions = {}): Promise<TestedCatcher> {
  const catcher = await Catcher.start(options);
  const transport = catcher.server.transport();
  const send = (path: string, method = "GET", body?: unknown): Promise<Response> =>
    fetch(`${catcher.url}${path}`, {
      method,
      ...(body !== undefined && {
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    });
  return {
    catcher,
    fetch: (path, init) => fetch(`${catcher.url}${path}`, init),
    async json(path, method, body) {
      return JSON.parse(await (await send(path, method, body)).text());
    },
    async text(path, method, body) {
      const response = await send(path, method, body);
      return `${response.status} ${await response.text()}`;
    },
    async deliver(raw, to = ["jo@a.test"], from = "shop@shop.test") {
      const octets = Buffer.isBuffer(raw) ? raw : Buffer.from(raw.replace(/\r?\n/g, "\r\n"));
      await transport.sendRaw({ from, to }, octets);
      const { messages } = (await (await send("/api/v1/messages?limit=1")).json()) as {
        messages: { ID: string }[];
      };
      return messages[0]?.ID ?? "";
    },
    [Symbol.asyncDispose]: () => catcher.close(),
  };
}
