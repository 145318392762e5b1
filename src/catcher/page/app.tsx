import { useSignalEffect } from "@preact/signals";
import { ConnectionsView } from "./connections/connections-view.tsx";
import { Overlays } from "./dialogs/overlays.tsx";
import { FaultsView } from "./faults/faults-view.tsx";
import { MailList } from "./list/mail-list.tsx";
import { MessageView } from "./message/message-view.tsx";
import { Sidebar } from "./sidebar/sidebar.tsx";
import { unread } from "./state/mail-list.ts";
import { closeOverlay, openOverlay, overlay } from "./state/overlay.ts";
import { route } from "./state/route.ts";
import { IconButton } from "./ui/button.tsx";
import { ConnectionBanner } from "./ui/connection-banner.tsx";
import { Icon } from "./ui/icon.tsx";
import { Notices } from "./ui/notices.tsx";

/** The whole page: mailboxes, the list, and what is open. */
export function App() {
  useSignalEffect(() => {
    document.title = unread.value === 0 ? "envoi" : `(${unread.value}) envoi`;
  });
  const { view } = route.value;
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the mails
      </button>
      <div class={`layout view-${view.name}`}>
        <header class="top">
          <IconButton icon="menu" label="Menu" onClick={() => openOverlay("menu")} />
          <span class="brand-name">envoi</span>
        </header>
        <Sidebar />
        {overlay.value === "menu" ? (
          // biome-ignore lint/a11y: Escape and the button of the menu close it, too
          <div class="backdrop" onClick={closeOverlay} />
        ) : null}
        <main id="main" tabIndex={-1}>
          <ConnectionBanner />
          <MailList />
          <View />
        </main>
      </div>
      <Overlays />
      <Notices />
    </>
  );
}

function View() {
  const { view } = route.value;
  switch (view.name) {
    case "message":
      return <MessageView id={view.id} tab={view.tab} />;
    case "connections":
      return <ConnectionsView connection={view.connection} />;
    case "faults":
      return <FaultsView />;
    case "list":
      return (
        <div class="no-mail">
          <Icon name="inbox" />
          <p>Choose a mail to read it here.</p>
          <p class="quiet">
            <kbd>j</kbd> and <kbd>k</kbd> move through the list, <kbd>?</kbd> shows all keys.
          </p>
        </div>
      );
  }
}

/** A button, because the hash of the address is the route. */
function skip(): void {
  document.getElementById("main")?.focus();
}
