import { batch } from "@preact/signals";
import { undoDeletion } from "../api/lab.ts";
import { deleteAll, deleteMails } from "../api/mailpit.ts";
import { refreshSoon, rows, takeOut } from "./mail-list.ts";
import { attempt, dismiss, notify } from "./notices.ts";

/** How long the button to undo a deletion is shown, in ms. The key works later, too. */
const grace = 10_000;
let notice: number | undefined;

/** Deletes mails. The catcher remembers the last deletions, so that it can be undone. */
export async function deleteByIds(ids: readonly string[]): Promise<void> {
  takeOut(ids);
  if ((await attempt(deleteMails(ids))) === undefined) refreshSoon();
  else offerUndo(ids.length);
}

/** Deletes all mails, or all that a query finds. */
export async function deleteByQuery(query: string): Promise<void> {
  const count = rows.value.length;
  if ((await attempt(deleteAll(query))) !== undefined) offerUndo(count);
  refreshSoon();
}

/** Takes the last deletion back. */
export async function undo(): Promise<void> {
  if (notice !== undefined) dismiss(notice);
  const restored = await attempt(undoDeletion());
  if (restored === undefined) return;
  notify(restored === 0 ? "There is nothing to undo." : `Restored ${mails(restored)}`);
  refreshSoon();
}

function offerUndo(count: number): void {
  batch(() => {
    if (notice !== undefined) dismiss(notice);
    notice = notify(`Deleted ${mails(count)}`, { label: "Undo", run: () => void undo() }, grace);
  });
}

function mails(count: number): string {
  return count === 1 ? "1 mail" : `${count.toLocaleString()} mails`;
}
