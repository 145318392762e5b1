import { render } from "preact";
import { App } from "./app.tsx";
import { followKeys } from "./state/commands.ts";
import { followEvents } from "./state/connection.ts";
import { loadFacts } from "./state/facts.ts";
import { refreshFaults } from "./state/faults.ts";
import { followQuery } from "./state/mail-list.ts";
import { followMailboxes } from "./state/mailboxes.ts";
import { followOpenMessage } from "./state/open-message.ts";
import { followAddress } from "./state/route.ts";
import { followSettings } from "./state/settings.ts";

followSettings();
followAddress();
followQuery();
followOpenMessage();
followMailboxes();
followEvents();
followKeys();
void loadFacts();
void refreshFaults();

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
