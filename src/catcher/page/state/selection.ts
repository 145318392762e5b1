import { computed, signal } from "@preact/signals";
import { markRead } from "../api/mailpit.ts";
import { deleteByIds } from "./deletion.ts";
import { rows, unread } from "./mail-list.ts";
import { attempt } from "./notices.ts";
import { go, openId, query, route, type Tab } from "./route.ts";

/** The mails with a tick. */
export const ticked = signal<ReadonlySet<string>>(new Set());
/** The last mail whose tick was changed, from which Shift extends. */
let anchor: string | undefined;

/** The mails that a command is about: those with a tick, else the one that is open. */
export const chosen = computed<readonly string[]>(() => {
  if (ticked.value.size > 0) return [...ticked.value];
  return openId.value === undefined ? [] : [openId.value];
});

/** Changes the tick of a mail; with `range`, those of all from the last one. */
export function tick(id: string, range = false): void {
  const next = new Set(ticked.value);
  const on = !next.has(id);
  for (const each of range ? between(anchor, id) : [id]) {
    if (on) next.add(each);
    else next.delete(each);
  }
  anchor = id;
  ticked.value = next;
}

/** Ticks all mails that are loaded, or none. */
export function tickAll(on: boolean): void {
  ticked.value = new Set(on ? rows.value.all.flatMap((row) => (row === undefined ? [] : [row.ID])) : []);
}

/** Opens the mail that is `step` places further down. */
export function move(step: 1 | -1): void {
  const { all } = rows.value;
  const now = openId.value === undefined ? -1 : rows.value.indexOf(openId.value);
  const next = all[now === -1 ? 0 : now + step];
  if (next !== undefined) open(next.ID, true);
}

/** Opens the first or the last mail of the list. */
export function moveToEnd(end: "first" | "last"): void {
  const id = rows.value.all.at(end === "first" ? 0 : -1)?.ID;
  if (id !== undefined) open(id, true);
}

/** Opens a mail, in the tab that is open. */
export function open(id: string, replace = false, tab?: Tab): void {
  const { view } = route.value;
  const kept = view.name === "message" ? view.tab : "preview";
  go({ view: { name: "message", id, tab: tab ?? kept } }, replace && view.name === "message");
}

/** Closes what is beside the list. */
export function close(): void {
  go({ view: { name: "list" } });
}

/** Deletes the chosen mails, and opens the next one if the open mail is among them. */
export function deleteChosen(): void {
  const ids = chosen.value;
  if (ids.length === 0) return;
  const { value: id } = openId;
  if (id !== undefined && ids.includes(id)) openNeighbour(id, new Set(ids));
  ticked.value = new Set();
  void deleteByIds(ids);
}

/** Opens the next mail that stays, or the one before, or closes the last. */
function openNeighbour(id: string, going: ReadonlySet<string>): void {
  const { all } = rows.value;
  const at = rows.value.indexOf(id);
  const stays = (row: { readonly ID: string } | undefined) => row !== undefined && !going.has(row.ID);
  const next = all.slice(at + 1).find(stays) ?? all.slice(0, Math.max(0, at)).findLast(stays);
  if (next === undefined) close();
  else open(next.ID, true);
}

/** Marks the chosen mails as read or unread. */
export async function markChosen(read: boolean): Promise<void> {
  const ids = chosen.value;
  if (ids.length === 0) return;
  shownAsRead(ids, read);
  await attempt(markRead(ids, read));
}

/** Marks all mails as read. */
export async function markAllRead(): Promise<void> {
  if (query.value !== "") {
    const ids = rows.value.all.flatMap((row) => (row === undefined || row.Read ? [] : [row.ID]));
    if (ids.length > 0) await attempt(markRead(ids, true));
    return shownAsRead(ids, true);
  }
  await attempt(markRead([], true));
  rows.value = rows.value.mapped((row) => (row.Read ? row : { ...row, Read: true }));
  unread.value = 0;
}

/** Shows at once what the catcher is asked to do. */
export function shownAsRead(ids: readonly string[], read: boolean): void {
  rows.value = rows.value.updated(new Map(ids.map((id) => [id, { Read: read }])));
}

function between(from: string | undefined, to: string): readonly string[] {
  const [a, b] = [rows.value.indexOf(from ?? to), rows.value.indexOf(to)];
  if (a === -1 || b === -1) return [to];
  return rows.value.all
    .slice(Math.min(a, b), Math.max(a, b) + 1)
    .flatMap((row) => (row === undefined ? [] : [row.ID]));
}
