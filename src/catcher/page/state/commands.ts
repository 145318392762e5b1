import { setTags } from "../api/mailpit.ts";
import { undo } from "./deletion.ts";
import { relay } from "./facts.ts";
import { refreshSoon, rows } from "./mail-list.ts";
import { openMessage } from "./open-message.ts";
import { closeOverlay, openOverlay, overlay } from "./overlay.ts";
import { go, openId, route, tabNames, tabs } from "./route.ts";
import {
  chosen,
  close,
  deleteChosen,
  markAllRead,
  markChosen,
  move,
  moveToEnd,
  tick,
  tickAll,
} from "./selection.ts";
import { nextTheme, set, settings, toggleNotifications } from "./settings.ts";
import { showTab, showTabAt } from "./tabs.ts";

/** Something that can be done, by a key or from the palette. */
export interface Command {
  readonly name: string;
  /** The keys that do it, as `event.key` has them; with `Control+` for Control or Command. */
  readonly keys: readonly string[];
  readonly group: "Move" | "Mail" | "View" | "Go to";
  /** Whether it is only for its key, and not for lists of commands. */
  readonly hidden?: boolean;
  /** Whether it can be done now; by default always. */
  possible?(): boolean;
  run(): void;
}

const isOpen = () => openId.value !== undefined;
const anyChosen = () => chosen.value.length > 0;

/** All commands. */
export const commands: readonly Command[] = [
  { name: "Next mail", keys: ["j"], group: "Move", run: () => move(1) },
  { name: "Previous mail", keys: ["k"], group: "Move", run: () => move(-1) },
  { name: "First mail", keys: ["g"], group: "Move", run: () => moveToEnd("first") },
  { name: "Last mail", keys: ["G"], group: "Move", run: () => moveToEnd("last") },
  { name: "Search", keys: ["/"], group: "Move", run: focusSearch },
  { name: "Close the mail or the view", keys: ["Escape"], group: "Move", run: leave },
  {
    name: "Mark as unread",
    keys: ["u"],
    group: "Mail",
    possible: anyChosen,
    run: () => void markChosen(false),
  },
  { name: "Mark as read", keys: ["r"], group: "Mail", possible: anyChosen, run: () => void markChosen(true) },
  { name: "Delete", keys: ["#", "Delete"], group: "Mail", possible: anyChosen, run: deleteChosen },
  { name: "Undo the deletion", keys: ["z"], group: "Mail", run: () => void undo() },
  {
    name: "Select or deselect",
    keys: ["x"],
    group: "Mail",
    possible: isOpen,
    run: () => tick(openId.value ?? ""),
  },
  { name: "Select all", keys: ["*"], group: "Mail", run: () => tickAll(true) },
  {
    name: "Change the tags",
    keys: ["l"],
    group: "Mail",
    possible: anyChosen,
    run: () => openOverlay("tags"),
  },
  {
    name: "Release through the relay",
    keys: [],
    group: "Mail",
    possible: () => isOpen() && relay.value !== undefined,
    run: () => openOverlay("release"),
  },
  { name: "Mark all as read", keys: ["I"], group: "Mail", run: () => void markAllRead() },
  {
    name: "Delete all of these mails",
    keys: [],
    group: "Mail",
    possible: () => rows.value.length > 0,
    run: () => openOverlay("delete-all"),
  },
  ...tabCommands(),
  {
    name: "Light, dark or the system's colours",
    keys: [],
    group: "View",
    run: () => set({ theme: nextTheme[settings.value.theme] }),
  },
  {
    name: "HTML at phone width",
    keys: [],
    group: "View",
    possible: isOpen,
    run: () => set({ width: "phone" }),
  },
  {
    name: "HTML at tablet width",
    keys: [],
    group: "View",
    possible: isOpen,
    run: () => set({ width: "tablet" }),
  },
  {
    name: "HTML at desktop width",
    keys: [],
    group: "View",
    possible: isOpen,
    run: () => set({ width: "desktop" }),
  },
  { name: "Notify me of new mail", keys: [], group: "View", run: () => void toggleNotifications() },
  { name: "Keyboard shortcuts", keys: ["?"], group: "View", run: () => openOverlay("shortcuts") },
  { name: "All commands", keys: ["Control+k"], group: "View", run: () => openOverlay("palette") },
  { name: "What a search can say", keys: [], group: "View", run: () => openOverlay("search-help") },
  { name: "All mail", keys: [], group: "Go to", run: () => go({ query: "", view: { name: "list" } }) },
  {
    name: "Unread mail",
    keys: [],
    group: "Go to",
    run: () => go({ query: "is:unread", view: { name: "list" } }),
  },
  { name: "Faults", keys: ["f"], group: "Go to", run: () => go({ view: { name: "faults" } }) },
  { name: "Connections", keys: ["c"], group: "Go to", run: () => go({ view: { name: "connections" } }) },
];

function tabCommands(): Command[] {
  return [
    ...tabs.map((tab) => ({
      name: `Show: ${tabNames[tab]}`,
      keys: [],
      group: "View" as const,
      possible: isOpen,
      run: () => showTab(tab),
    })),
    ...tabs.map((_, index) => ({
      name: `View ${index + 1} of the mail`,
      keys: [String(index + 1)],
      group: "View" as const,
      possible: isOpen,
      run: () => showTabAt(index + 1),
      hidden: true,
    })),
  ];
}

/** Does what a key stands for, unless somebody is typing. */
export function followKeys(): void {
  addEventListener("keydown", (event) => {
    const modified = event.ctrlKey || event.metaKey;
    const key = modified ? `Control+${event.key.toLowerCase()}` : event.key;
    if (event.defaultPrevented || event.altKey) return;
    if (!modified && (isTyping(event.target) || isInDialog(event.target))) return;
    if (key === "Control+k" && overlay.value === "palette") {
      event.preventDefault();
      return closeOverlay();
    }
    if (overlay.value !== undefined && overlay.value !== "menu") return;
    const command = commands.find(({ keys, possible }) => keys.includes(key) && possible?.() !== false);
    if (command === undefined) return;
    event.preventDefault();
    command.run();
    followWithFocus(command.group);
  });
}

/** A move through the list takes the focus with it, so that a screen reader reads the row. */
function followWithFocus(group: Command["group"]): void {
  if (group !== "Move") return;
  requestAnimationFrame(() => {
    const inMessage = document.activeElement?.closest(".message") ?? null;
    if (inMessage === null && !isTyping(document.activeElement))
      document.querySelector<HTMLElement>(".row.open a")?.focus({ preventScroll: true });
  });
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(target.type);
  return target.isContentEditable || target.matches("textarea, select");
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("dialog") !== null;
}

/** At once, if it can: the next key may come before the next frame. */
function focusSearch(): void {
  const input = document.querySelector<HTMLInputElement>("#search");
  if (input !== null && input.offsetParent !== null) {
    select(input);
    return;
  }
  // On a phone the search is only with the list.
  close();
  requestAnimationFrame(() => select(document.querySelector<HTMLInputElement>("#search")));
}

/** Not all browsers give the focus to what is selected. */
function select(input: HTMLInputElement | null): void {
  input?.focus();
  input?.select();
}

function leave(): void {
  if (overlay.value === "menu") {
    closeOverlay();
    return;
  }
  if (route.value.view.name !== "list") {
    const id = openId.value;
    close();
    if (id !== undefined) {
      requestAnimationFrame(() =>
        document.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)?.focus(),
      );
    }
    return;
  }
  tickAll(false);
}

/** Replaces the tags of the chosen mails, and shows them in the mail that is open. */
export async function tagChosen(change: (tags: readonly string[]) => readonly string[]): Promise<void> {
  for (const id of chosen.value) {
    const row = rows.value.all.find((each) => each?.ID === id);
    const shown = openMessage.value.state === "ready" ? openMessage.value.value : undefined;
    const message = shown?.ID === id ? shown : undefined;
    const next = change(row?.Tags ?? message?.Tags ?? []);
    await setTags(id, next);
    rows.value = rows.value.updated(new Map([[id, { Tags: next }]]));
    refreshSoon();
    if (message !== undefined) openMessage.value = { state: "ready", value: { ...message, Tags: next } };
  }
}
