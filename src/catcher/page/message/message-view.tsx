import { useEffect, useRef } from "preact/hooks";
import type { Message } from "../api/mailpit.ts";
import { openMessage } from "../state/open-message.ts";
import type { Tab } from "../state/route.ts";
import { shownTab } from "../state/tabs.ts";
import { ResourceView } from "../ui/resource-view.tsx";
import { HeadersTab } from "./headers-tab.tsx";
import { HtmlCheckTab } from "./html-check-tab.tsx";
import { LinksTab } from "./links-tab.tsx";
import { MessageHead } from "./message-head.tsx";
import { MessageTabs, panelId, tabId } from "./message-tabs.tsx";
import { PartsTab } from "./parts-tab.tsx";
import { PreviewTab } from "./preview-tab.tsx";
import { SessionTab } from "./session-tab.tsx";
import { SourceTab } from "./source-tab.tsx";
import { TextTab } from "./text-tab.tsx";
import { VerdictsTab } from "./verdicts-tab.tsx";

/** The open mail. */
export function MessageView({ id, tab }: { id: string; tab: Tab }) {
  const heading = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the list is gone, and with it the focus.
    if (document.activeElement === document.body) heading.current?.focus();
  }, [id]);
  return (
    <article class="message" aria-label="Mail" tabIndex={-1} ref={heading}>
      <ResourceView resource={openMessage.value}>
        {(message) => <Opened message={message} tab={shownTab(message, tab)} />}
      </ResourceView>
    </article>
  );
}

function Opened({ message, tab }: { message: Message; tab: Tab }) {
  return (
    <>
      <MessageHead message={message} />
      <MessageTabs message={message} tab={tab} />
      <div
        class={`panel panel-${tab}`}
        role="tabpanel"
        id={panelId}
        aria-labelledby={tabId(tab)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a panel that scrolls must be reached with keys
        tabIndex={0}
      >
        <Panel key={message.ID} message={message} tab={tab} />
      </div>
    </>
  );
}

function Panel({ message, tab }: { message: Message; tab: Tab }) {
  switch (tab) {
    case "preview":
      return message.HTML === "" ? <TextTab message={message} /> : <PreviewTab message={message} />;
    case "text":
      return <TextTab message={message} />;
    case "source":
      return <SourceTab message={message} />;
    case "headers":
      return <HeadersTab message={message} />;
    case "parts":
      return <PartsTab message={message} />;
    case "links":
      return <LinksTab message={message} />;
    case "checks":
      return <VerdictsTab message={message} />;
    case "html-check":
      return <HtmlCheckTab message={message} />;
    case "session":
      return <SessionTab message={message} />;
  }
}
