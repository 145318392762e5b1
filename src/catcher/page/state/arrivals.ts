import type { CatcherEvent } from "../api/events.ts";
import type { Summary } from "../api/mailpit.ts";
import { clipped } from "../ui/clipped.ts";
import { announcement } from "./notices.ts";
import { settings } from "./settings.ts";

/** Mails that came and are not announced yet. */
let count = 0;
let latest: Summary | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
/** One announcement for all mails of this time, in ms: nobody can listen to 2,000 a second. */
const pause = 1_500;

/** Announces new mails to screen readers, and as notifications of the desktop if they are wanted. */
export function greet(events: readonly CatcherEvent[]): void {
  for (const event of events) {
    if (event.Type !== "new") continue;
    count++;
    latest = event.Data;
  }
  if (count > 0 && timer === undefined) timer = setTimeout(announce, pause);
}

function announce(): void {
  timer = undefined;
  const sender = latest?.From?.Name || latest?.From?.Address || "an unknown sender";
  const subject = clipped(latest?.Subject ?? "", 200) || "no subject";
  const text =
    count === 1
      ? `New mail from ${sender}: ${subject}`
      : `${count} new mails, the last from ${sender}: ${subject}`;
  count = 0;
  announcement.value = text;
  if (settings.value.notifications && document.hidden && Notification.permission === "granted") {
    // The tag replaces the notification before.
    const shown = new Notification("envoi", { body: text, tag: "envoi", icon: "./icon.svg" });
    shown.onclick = () => {
      focus();
      shown.close();
    };
  }
}
