import { effect, signal } from "@preact/signals";
import { type Message, readMessage } from "../api/mailpit.ts";
import type { Resource } from "../ui/use-resource.ts";
import { openId } from "./route.ts";
import { shownAsRead } from "./selection.ts";

/** The mail that is open. */
export const openMessage = signal<Resource<Message>>({ state: "loading" });

/** Whoever holds down a key to move through the list does not read each mail. In ms. */
const pause = 60;

/** Reads each mail that is opened. */
export function followOpenMessage(): void {
  effect(() => {
    const id = openId.value;
    if (id === undefined) return undefined;
    const controller = new AbortController();
    openMessage.value = { state: "loading" };
    const timer = setTimeout(() => void read(id, controller.signal), pause);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  });
}

async function read(id: string, signal: AbortSignal): Promise<void> {
  try {
    const value = await readMessage(id, signal);
    if (signal.aborted) return;
    openMessage.value = { state: "ready", value };
    shownAsRead([value.ID, id], true);
  } catch (error) {
    if (signal.aborted) return;
    openMessage.value = { state: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}
