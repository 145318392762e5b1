import { batch, effect, signal } from "@preact/signals";
import type { CatcherEvent } from "../api/events.ts";
import { readPage, type Summary } from "../api/mailpit.ts";
import { attempt } from "./notices.ts";
import { query } from "./route.ts";
import { pageLength, Rows } from "./rows.ts";

/** The mails of the search or mailbox that is shown. */
export const rows = signal<Rows>(Rows.none);
/** Whether the first page of the list is there. */
export const loaded = signal(false);
/** All mails of the catcher. */
export const total = signal(0);
/** Those of them that nobody has read. */
export const unread = signal(0);
/** The tags that mails have. */
export const tags = signal<readonly string[]>([]);
/** Grows with every change of the mails, for what must be asked for again. */
export const revision = signal(0);

/** Every answer to a request of an earlier generation is about another list. */
let generation = 0;
let shown = { from: 0, to: pageLength };
let asking = false;
let refreshTimer: ReturnType<typeof setTimeout> | undefined;
const refreshPause = 400;

/** Loads the list of each query that is chosen. */
export function followQuery(): void {
  effect(() => {
    query.value;
    rows.value = Rows.none;
    loaded.value = false;
    shown = { from: 0, to: pageLength };
    void reload();
  });
}

/** Tells which rows can be seen, so that they are loaded. */
export function show(from: number, to: number): void {
  shown = { from, to };
  void fill();
}

/** Reads the visible part of the list again. */
export async function reload(): Promise<void> {
  const mine = ++generation;
  asking = false;
  const start = Math.max(0, shown.from - pageLength / 4);
  const page = await attempt(readPage(query.peek(), start, pageLength));
  if (page === undefined || mine !== generation) return;
  batch(() => {
    total.value = page.total;
    unread.value = page.unread;
    tags.value = page.tags ?? [];
    // What is known of other pages may be about mails that have moved.
    rows.value = Rows.none.resized(page.messages_count).filled(start, page.messages);
    loaded.value = true;
    revision.value++;
  });
  void fill();
}

/** Loads what is visible and not known, a page at a time. */
async function fill(): Promise<void> {
  if (asking || !loaded.peek()) return;
  const gap = rows.peek().gap(shown.from, shown.to);
  if (gap === undefined) return;
  const mine = generation;
  asking = true;
  const page = await attempt(readPage(query.peek(), gap.start, gap.limit));
  if (mine !== generation) return;
  asking = false;
  if (page === undefined || page.messages.length === 0) return;
  rows.value = rows.peek().filled(page.start, page.messages);
  void fill();
}

/** Changes the list by what the catcher reports. */
export function apply(events: readonly CatcherEvent[]): void {
  batch(() => {
    let next = rows.peek();
    let stale = false;
    let counted: { readonly Total: number; readonly Unread: number } | undefined;
    const arrived: Summary[] = [];
    const updated = new Map<string, Partial<Summary>>();
    const deleted = new Set<string>();
    for (const event of events) {
      switch (event.Type) {
        case "new":
          arrived.push(event.Data);
          break;
        case "update":
          updated.set(event.Data.ID, { ...updated.get(event.Data.ID), ...event.Data });
          break;
        case "delete":
          deleted.add(event.Data.ID);
          break;
        case "prune":
          stale = true;
          break;
        case "truncate":
          next = Rows.none;
          arrived.length = 0;
          break;
        case "stats":
          counted = event.Data;
          break;
        case "error":
          break;
      }
    }
    if (counted !== undefined) {
      total.value = counted.Total;
      unread.value = counted.Unread;
    }
    addTags([...arrived, ...updated.values()].flatMap((mail) => mail.Tags ?? []));
    // New mails belong on top of the list of all mails.
    if (query.peek() === "") next = next.arrived(arrived);
    next = next.updated(updated).without(deleted);
    if (query.peek() === "") {
      const grown = next.length - rows.peek().length;
      if (counted === undefined) total.value = Math.max(0, total.peek() + grown);
      // The totals may be ahead of the new mails, but not behind those that are gone.
      rows.value = next.length > total.peek() ? next.resized(total.peek()) : next;
      stale ||= next.length < total.peek();
    } else {
      rows.value = next;
      // Only the catcher can tell whether a new mail is in this list.
      stale ||= events.some(({ Type }) => Type === "new");
    }
    // A tag may have gone with the mails.
    stale ||= deleted.size > 0 && tags.peek().length > 0;
    revision.value++;
    if (stale) refreshSoon();
    else void fill();
  });
}

/** A tag that nobody has any more is gone when the list is read again. */
function addTags(some: readonly string[]): void {
  const fresh = some.filter((tag) => !tags.peek().includes(tag));
  if (fresh.length > 0) tags.value = [...new Set([...tags.peek(), ...fresh])].sort();
}

/** Takes mails out of the list that will not be there much longer. */
export function takeOut(ids: readonly string[]): void {
  const next = rows.peek().without(new Set(ids));
  total.value = Math.max(0, total.peek() - (rows.peek().length - next.length));
  rows.value = next;
}

/** Reads the list again, once for many changes. */
export function refreshSoon(): void {
  if (refreshTimer !== undefined) return;
  refreshTimer = setTimeout(() => {
    refreshTimer = undefined;
    void reload();
  }, refreshPause);
}
