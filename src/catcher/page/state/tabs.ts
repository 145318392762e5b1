import type { Message } from "../api/mailpit.ts";
import { openMessage } from "./open-message.ts";
import { route, type Tab, tabs } from "./route.ts";
import { open } from "./selection.ts";

/** The tabs of a mail. Without HTML its text is the preview, and there is no HTML to check. */
export function tabsOf(message: Pick<Message, "HTML">): readonly Tab[] {
  return tabs.filter((tab) => message.HTML !== "" || (tab !== "html-check" && tab !== "text"));
}

/** The tab that is shown: a mail may not have the one of the address, or of the mail before. */
export function shownTab(message: Pick<Message, "HTML">, tab: Tab): Tab {
  return tabsOf(message).includes(tab) ? tab : "preview";
}

/** Goes to the tab that is `step` places to the right, round the end. */
export function moveTab(message: Message, step: 1 | -1): void {
  const { view } = route.value;
  if (view.name !== "message") return;
  const all = tabsOf(message);
  open(message.ID, true, all.at((all.indexOf(shownTab(message, view.tab)) + step) % all.length));
}

/** Shows a tab of the open mail. */
export function showTab(tab: Tab): void {
  const { value: opened } = openMessage;
  if (opened.state === "ready" && tabsOf(opened.value).includes(tab)) open(opened.value.ID, true, tab);
}

/** Shows a tab of the open mail by its place; the first is 1. */
export function showTabAt(place: number): void {
  const { value: opened } = openMessage;
  const tab = opened.state === "ready" ? tabsOf(opened.value)[place - 1] : undefined;
  if (tab !== undefined) showTab(tab);
}
