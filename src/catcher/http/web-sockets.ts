import type { IncomingMessage } from "node:http";
import process from "node:process";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";

/** The other end of a WebSocket, which only listens. */
export interface Subscriber {
  /** Sends a text. A subscriber that does not read is dropped when too much waits for it. */
  send(text: string): void;
  /** Is called once, when the WebSocket is closed. */
  onClosed(closed: () => void): void;
}

/** The WebSockets of the catcher, by their paths. What comes from the other end is ignored. */
export class WebSockets {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 4096, perMessageDeflate: false });
  readonly #paths = new Map<string, (subscriber: Subscriber) => void>();

  /** Calls a function for each WebSocket that is opened at a path. */
  serve(path: string, opened: (subscriber: Subscriber) => void): void {
    this.#paths.set(path, opened);
  }

  /** Opens a WebSocket for a request, if its path has one. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const opened = this.#paths.get((request.url ?? "").replace(/\?.*$/s, ""));
    if (opened === undefined) return false;
    this.#server.handleUpgrade(request, socket, head, (opening) => {
      opening.on("error", () => opening.terminate());
      watch(opening);
      opened(subscriber(opening, socket));
    });
    return true;
  }

  /** Closes all. */
  close(): void {
    for (const each of this.#server.clients) each.terminate();
    this.#server.close();
  }
}

/** Drops one that does not answer any more. */
function watch(opened: WebSocket): void {
  let answered = true;
  opened.on("pong", () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) opened.terminate();
    else opened.ping();
    answered = false;
  }, PING).unref();
  opened.on("close", () => clearInterval(timer));
}

function subscriber(opened: WebSocket, socket: Duplex): Subscriber {
  let corked = false;
  return {
    send(text) {
      if (opened.readyState !== opened.OPEN) return;
      if (opened.bufferedAmount > MOST_WAITING) {
        opened.terminate();
        return;
      }
      // What is sent together is written together.
      if (!corked) {
        corked = true;
        socket.cork();
        process.nextTick(() => {
          corked = false;
          socket.uncork();
        });
      }
      opened.send(text);
    },
    onClosed: (closed) => void opened.once("close", closed),
  };
}

/** How often the other end must answer, in milliseconds. */
const PING = 30_000;

/** How many bytes may wait for a subscriber. */
const MOST_WAITING = 4 * 1_048_576;
