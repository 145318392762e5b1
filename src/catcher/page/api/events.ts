import type { Summary } from "./mailpit.ts";

/** What the catcher reports over its WebSocket. */
export type CatcherEvent =
  | { readonly Type: "new"; readonly Data: Summary }
  | { readonly Type: "update"; readonly Data: Partial<Summary> & { readonly ID: string } }
  | { readonly Type: "delete"; readonly Data: { readonly ID: string } }
  | { readonly Type: "prune" | "truncate"; readonly Data: unknown }
  | { readonly Type: "stats"; readonly Data: { readonly Total: number; readonly Unread: number } }
  | { readonly Type: "error"; readonly Data: unknown };

/** What somebody who follows the events is told. */
export interface EventListener {
  /** The connection is open; what happened before is not known. */
  opened(): void;
  /** The connection is lost; the next attempt is after that number of milliseconds. */
  lost(retryIn: number): void;
  /** Events, in their order: at most one call for each frame that the browser draws, and fewer while many come. */
  events(batch: readonly CatcherEvent[]): void;
  /** More events came, while the page was hidden, than are worth keeping. */
  overflowed(): void;
}

const shortestPause = 500;
const longestPause = 10_000;
const mostKept = 2_000;
/** While many events come, the list is drawn once in this time, in ms. */
const drawingPause = 80;

/** Follows the events of the catcher, and connects again whenever the connection is lost. */
export class EventStream {
  readonly #address: string;
  readonly #listener: EventListener;
  #socket: WebSocket | undefined;
  #queue: CatcherEvent[] = [];
  #scheduled = false;
  #overflowed = false;
  /** When events were told last, as `performance.now()` has it. */
  #flushed = Number.NEGATIVE_INFINITY;
  #pause = shortestPause;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Takes the address, which begins with `http` or `ws`, and who is told. */
  constructor(address: string, listener: EventListener) {
    this.#address = address.replace(/^http/, "ws");
    this.#listener = listener;
  }

  /** Connects, unless it is connected. */
  connect(): void {
    clearTimeout(this.#timer);
    if (this.#socket !== undefined) return;
    const socket = new WebSocket(this.#address);
    this.#socket = socket;
    socket.onopen = () => {
      this.#pause = shortestPause;
      this.#listener.opened();
    };
    socket.onmessage = ({ data }) => this.#take(String(data));
    socket.onclose = () => this.#closed();
  }

  #closed(): void {
    this.#socket = undefined;
    this.#listener.lost(this.#pause);
    this.#timer = setTimeout(() => this.connect(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, longestPause);
  }

  #take(text: string): void {
    // Several events may come in one message, a line each.
    for (const line of text.split("\n")) if (line !== "") this.#queue.push(JSON.parse(line) as CatcherEvent);
    if (document.hidden && this.#queue.length > mostKept) {
      this.#queue = [];
      this.#overflowed = true;
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    // A hidden page draws no frames. Nobody can read faster than the pause, and drawing takes time from the catcher.
    if (document.hidden) setTimeout(() => this.#flush(), 1_000);
    else if (performance.now() - this.#flushed > drawingPause) requestAnimationFrame(() => this.#flush());
    else setTimeout(() => requestAnimationFrame(() => this.#flush()), drawingPause);
  }

  #flush(): void {
    this.#scheduled = false;
    this.#flushed = performance.now();
    const batch = this.#queue;
    this.#queue = [];
    if (this.#overflowed) this.#listener.overflowed();
    this.#overflowed = false;
    if (batch.length > 0) this.#listener.events(batch);
  }
}
