import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { cannotListen } from "../../net/server/listener.ts";
import { ApiError } from "./api-error.ts";
import { readBody } from "./body.ts";
import { Guard, type GuardOptions } from "./guard.ts";
import { safeHeaders } from "./safe-headers.ts";

/** Answers requests that the guard let in, as `fetch` does. */
export interface FrameApp {
  /** Answers a request. */
  fetch(request: Request): Promise<Response>;
  /** Takes over the socket of a WebSocket. @returns whether the path is one. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Closes the WebSockets, and ends what the app does by itself. */
  close(): void;
}

/** How the frame listens. */
export interface FrameOptions extends GuardOptions {
  /** An IP address, or the name of one. */
  readonly host: string;
  /** 0 for a free port. */
  readonly port: number;
  /** The most bytes of a body. */
  readonly maxBody: number;
  /** Whether the frame keeps the process alive. */
  readonly keepAlive: boolean;
}

/**
 * The HTTP server of the catcher: it guards every request, and gives it to an app that is loaded with the first one.
 */
export class HttpFrame {
  readonly #server: Server;
  readonly #guard: Guard;
  readonly #maxBody: number;
  readonly #load: () => Promise<FrameApp>;
  #app: Promise<FrameApp> | undefined;
  #url = "";

  /** @param load is called once, at the first request. */
  constructor(options: FrameOptions, load: () => Promise<FrameApp>) {
    this.#guard = new Guard(options);
    this.#maxBody = options.maxBody;
    this.#load = load;
    this.#server = createServer(limits, (request, response) => void this.#answer(request, response));
    this.#server.on("upgrade", (request, socket, head) => {
      if (opensWebSocket(request)) void this.#upgrade(request, socket, head);
      else this.#answerAnyway(request, socket, head);
    });
  }

  /**
   * Starts to listen.
   *
   * @throws EnvoiError of kind `"connection"` if that is not possible.
   */
  listen({ host, port, keepAlive }: FrameOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void => reject(cannotListen(error, { host, port }));
      this.#server.once("error", failed);
      this.#server.listen({ host, port }, () => {
        this.#server.off("error", failed);
        if (!keepAlive) this.#server.unref();
        this.#url = urlOf(this.#server.address() as AddressInfo);
        resolve();
      });
    });
  }

  /** The URL for clients of this machine, also after `close`. */
  get url(): string {
    return this.#url;
  }

  /** Loads the app, if no request has, unless the server was closed. */
  async ready(): Promise<void> {
    if (this.#server.listening) await this.#loaded();
  }

  /** Closes the server and all connections. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    (await this.#app)?.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #loaded(): Promise<FrameApp> {
    this.#app ??= this.#load();
    return this.#app;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let origin: string | undefined;
    try {
      origin = this.#guard.check(guarded(request));
      if (origin !== undefined && request.method === "OPTIONS") {
        await write(response, new Response(null, { status: 204, headers: preflight }), origin);
        return;
      }
      const app = await this.#loaded();
      await write(response, await app.fetch(await this.#read(request, response)), origin);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else await write(response, refusal(error), origin);
    }
  }

  async #read(request: IncomingMessage, response: ServerResponse): Promise<Request> {
    const { method = "GET", url = "/", headers } = request;
    // `Request` does not take it.
    if (method === "TRACE") throw new ApiError("TRACE is not allowed", 405);
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const body = hasBody(method) ? await readBody(request, this.#maxBody) : undefined;
    const copied = new Headers();
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined) copied.set(name, Array.isArray(value) ? value.join(", ") : value);
    return new Request(`http://${headers.host}${url}`, {
      method,
      headers: copied,
      signal: gone.signal,
      ...(body !== undefined && body.length > 0 && { body }),
    });
  }

  /**
   * Answers a request that would also speak another protocol, as if it had not said so (RFC 9110, section 7.8): the
   * HTTP client of Java offers h2c with every first request.
   */
  #answerAnyway(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { method, url, rawHeaders } = request;
    const lines = [`${method} ${url} HTTP/1.1`];
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const name = rawHeaders[at] ?? "";
      if (!OFFER.test(name)) lines.push(`${name}: ${rawHeaders[at + 1]}`);
    }
    // The server has let go of the socket, and takes it again as a new connection.
    socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
    this.#server.emit("connection", socket);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    try {
      this.#guard.check(guarded(request));
      const app = await this.#loaded();
      if (!app.upgrade(request, socket, head)) throw new ApiError("there is no WebSocket here", 404);
    } catch (error) {
      const { status } = refusal(error);
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    }
  }
}

const limits = {
  maxHeaderSize: 16_384,
  requestTimeout: 60_000,
  headersTimeout: 10_000,
  keepAliveTimeout: 5000,
  // Node.js 24.9 and later ask; earlier ones treat every offer of another protocol alike.
  shouldUpgradeCallback: opensWebSocket,
};

function opensWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/** The header fields that offer another protocol. */
const OFFER = /^(?:upgrade|connection|http2-settings)$/i;

function urlOf({ address, port }: AddressInfo): string {
  const host = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** What the guard sees of a request. */
function guarded({ method = "GET", url = "", headers, rawHeaders }: IncomingMessage) {
  return { method, target: targetOf(url), headers, rawHeaders };
}

/** The target as the app reads it: without `..`, so that the guard and the app mean the same path. */
function targetOf(url: string): string {
  const whole = `http://localhost${url}`;
  if (!url.startsWith("/") || !URL.canParse(whole)) return url;
  const { pathname, search } = new URL(whole);
  return `${pathname}${search}`;
}

function hasBody(method: string): boolean {
  return method !== "GET" && method !== "HEAD";
}

/** Writes an answer, with the headers that every answer has. */
async function write(response: ServerResponse, answer: Response, origin: string | undefined): Promise<void> {
  for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value);
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  response.setHeader("vary", "Origin");
  if (origin !== undefined) response.setHeader("access-control-allow-origin", origin);
  if (answer.status === 401) response.setHeader("www-authenticate", 'Basic realm="envoi", charset="UTF-8"');
  // What is left of the request would be read as the next one.
  if (answer.status === 413) response.setHeader("connection", "close");
  response.statusCode = answer.status;
  if (answer.body === null || response.req.method === "HEAD") {
    response.end();
    return;
  }
  for await (const piece of answer.body) {
    if (response.destroyed) return;
    if (!response.write(piece)) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

/** The answer to a request that failed. What went wrong inside stays inside. */
export function refusal(error: unknown): Response {
  const known = error instanceof ApiError ? error : new ApiError("the catcher failed", 500);
  return new Response(known.message, {
    status: known.status,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}

const preflight = {
  "access-control-allow-methods": "GET, POST, PUT, DELETE",
  "access-control-allow-headers": "content-type, authorization",
  "access-control-max-age": "600",
};
