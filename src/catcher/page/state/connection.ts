import { signal } from "@preact/signals";
import { type CatcherEvent, EventStream } from "../api/events.ts";
import { address } from "../api/http.ts";
import { greet } from "./arrivals.ts";
import { apply, reload } from "./mail-list.ts";

/** Whether the page hears of new mails; `retryAt` is when it tries again, in ms since 1970. */
export const connection = signal<
  { readonly state: "connecting" | "open" } | { readonly state: "lost"; readonly retryAt: number }
>({ state: "connecting" });

const stream = new EventStream(address("api/events"), {
  opened() {
    // What happened before is not known.
    if (connection.peek().state === "lost") void reload();
    connection.value = { state: "open" };
  },
  lost(retryIn: number) {
    connection.value = { state: "lost", retryAt: Date.now() + retryIn };
  },
  events(batch: readonly CatcherEvent[]) {
    apply(batch);
    greet(batch);
  },
  overflowed() {
    void reload();
  },
});

/** Connects now, and again whenever the connection is lost. */
export function followEvents(): void {
  stream.connect();
  addEventListener("online", () => stream.connect());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) stream.connect();
  });
}

/** Connects at once instead of waiting. */
export function connectNow(): void {
  stream.connect();
}
