import { addressKey } from "../../testing/messages/address-key.ts";
import type { MailSource } from "./mail-source.ts";

/**
 * The ids of the mailboxes of a mail: each recipient of its envelope (`jo@a.test`), their domains (`@a.test`), and the
 * user who logged in (`login:jo`).
 */
export function mailboxIds({
  envelope,
  client,
}: Pick<MailSource, "envelope" | "client">): ReadonlySet<string> {
  const recipients = envelope.to.map(addressKey);
  return new Set([
    ...recipients,
    ...domainsOf(recipients),
    ...(client?.user === undefined ? [] : [`login:${client.user}`]),
  ]);
}

/** The id of a mailbox in the form in which {@link mailboxIds} has it: addresses may be written in several ways. */
export function mailboxId(text: string): string {
  if (text.startsWith("login:")) return text;
  return text.startsWith("@") ? addressKey(`x${text}`).replace(/^x(?=@)/, "") : addressKey(text);
}

/** The ids of the mailboxes of the domains of these recipients. */
export function domainsOf(recipients: readonly string[]): string[] {
  return recipients.flatMap((recipient) => {
    const at = recipient.lastIndexOf("@");
    return at === -1 ? [] : [recipient.slice(at)];
  });
}
