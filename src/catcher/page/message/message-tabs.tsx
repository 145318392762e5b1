import { useEffect, useRef } from "preact/hooks";
import type { Message } from "../api/mailpit.ts";
import { type Tab, tabNames } from "../state/route.ts";
import { open } from "../state/selection.ts";
import { moveTab, tabsOf } from "../state/tabs.ts";

/** The id of the panel that all tabs control. */
export const panelId = "panel";

/** The id of a tab. */
export function tabId(tab: Tab): string {
  return `tab-${tab}`;
}

/** The tabs of a mail (ARIA's pattern: arrows move, and Tab leaves). */
export function MessageTabs({ message, tab }: { message: Message; tab: Tab }) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const current = list.current?.querySelector<HTMLElement>("[aria-selected=true]");
    current?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (list.current?.contains(document.activeElement) === true) current?.focus();
  }, [tab]);
  const count = (message.Attachments ?? []).length + (message.Inline ?? []).length;
  return (
    <div
      class="tabs"
      role="tablist"
      aria-label="Views of this mail"
      ref={list}
      onKeyDown={(event) => {
        const all = tabsOf(message);
        if (event.key === "ArrowRight") moveTab(message, 1);
        else if (event.key === "ArrowLeft") moveTab(message, -1);
        else if (event.key === "Home") open(message.ID, true, all[0]);
        else if (event.key === "End") open(message.ID, true, all.at(-1));
        else return;
        event.preventDefault();
      }}
    >
      {tabsOf(message).map((each) => (
        <button
          key={each}
          type="button"
          role="tab"
          id={tabId(each)}
          aria-selected={each === tab}
          aria-controls={panelId}
          tabIndex={each === tab ? 0 : -1}
          onClick={() => open(message.ID, true, each)}
        >
          {each === "preview" && message.HTML === "" ? tabNames.text : tabNames[each]}
          {each === "parts" && count > 0 ? <span class="badge">{count}</span> : null}
        </button>
      ))}
    </div>
  );
}
