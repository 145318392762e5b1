import { signal } from "@preact/signals";
import { readJson } from "../api/http.ts";
import { readWebUi, type WebUi } from "../api/mailpit.ts";

/** Where mail must be sent to; undefined until it is known. */
export const smtpUrl = signal<string | undefined>(undefined);

/** Where mails can be released to; undefined if nowhere. */
export const relay = signal<WebUi["MessageRelay"]>(undefined);

/** Reads what does not change while the catcher runs. Without it the page works, and shows less. */
export async function loadFacts(): Promise<void> {
  const [facts, ui] = await Promise.allSettled([readJson<{ smtpUrl: string }>("page.json"), readWebUi()]);
  if (facts.status === "fulfilled") smtpUrl.value = facts.value.smtpUrl;
  if (ui.status === "fulfilled" && ui.value.MessageRelay?.Enabled === true)
    relay.value = ui.value.MessageRelay;
}
