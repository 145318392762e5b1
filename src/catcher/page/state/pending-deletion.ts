import { signal } from "@preact/signals";
import { deleteMails } from "../api/mailpit.ts";
import { attempt, dismiss, notify } from "./notices.ts";

/** Mails that are crossed out in the list, but not yet deleted in the catcher, so that it can be undone. */
export const crossedOut = signal<ReadonlySet<string>>(new Set());

/** How long a deletion can be undone, in ms. */
const grace = 6_000;
/** How many mails one request deletes. */
const most = 1_000;

interface Pending {
  readonly ids: readonly string[];
  readonly timer: ReturnType<typeof setTimeout>;
  readonly notice: number;
}

const pending = new Set<Pending>();

/** Deletes mails after a while, unless it is undone. */
export function deleteLater(ids: readonly string[]): void {
  const fresh = ids.filter((id) => !crossedOut.value.has(id));
  if (fresh.length === 0) return;
  crossedOut.value = new Set([...crossedOut.value, ...fresh]);
  const text = fresh.length === 1 ? "Deleted 1 mail" : `Deleted ${fresh.length} mails`;
  const notice = notify(text, { label: "Undo", run: undoDeletion }, grace);
  const timer = setTimeout(() => void finish(mine), grace);
  const mine: Pending = { ids: fresh, timer, notice };
  pending.add(mine);
}

/** Takes back the last deletion that can still be undone. */
export function undoDeletion(): void {
  const last = [...pending].at(-1);
  if (last === undefined) return;
  settle(last);
  restore(last.ids);
}

/** Deletes at once what waits, because the page is being closed. */
export function flushDeletions(): void {
  for (const each of [...pending]) void finish(each);
}

async function finish(deletion: Pending): Promise<void> {
  settle(deletion);
  for (let i = 0; i < deletion.ids.length; i += most) {
    await attempt(deleteMails(deletion.ids.slice(i, i + most)));
  }
  // The catcher reports what is gone; whatever it kept must be shown again.
  restore(deletion.ids);
}

function settle(deletion: Pending): void {
  pending.delete(deletion);
  clearTimeout(deletion.timer);
  dismiss(deletion.notice);
}

function restore(ids: readonly string[]): void {
  const gone = new Set(ids);
  crossedOut.value = new Set([...crossedOut.value].filter((id) => !gone.has(id)));
}
