import { effect, signal } from "@preact/signals";
import { type Mailbox, readMailboxes } from "../api/lab.ts";
import { revision } from "./mail-list.ts";

/** The mailboxes. */
export const mailboxes = signal<readonly Mailbox[]>([]);

/** The search that lists a mailbox. */
export function mailboxQuery({ id }: Pick<Mailbox, "id">): string {
  return `mailbox:${/[\s"]/.test(id) ? JSON.stringify(id) : id}`;
}

/** The name of a mailbox among others of its kind. */
export function mailboxName({ id }: Pick<Mailbox, "id">): string {
  return id.replace(/^(?:@|login:)/, "");
}

/** At most one request in this time, in ms, however many mails come. */
const pause = 1_000;

/** Reads the mailboxes whenever the mails have changed. */
export function followMailboxes(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = 0;
  effect(() => {
    revision.value;
    if (timer !== undefined) return;
    timer = setTimeout(
      async () => {
        last = Date.now();
        // What is there stays if the catcher does not answer; the banner tells of it.
        mailboxes.value = await readMailboxes().catch(() => mailboxes.peek());
        timer = undefined;
      },
      Math.max(50, last + pause - Date.now()),
    );
  });
}
