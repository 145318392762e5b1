import type { MailAddress } from "../api/mailpit.ts";
import { clipped } from "./clipped.ts";

/** Who a mail is from or to, as a list shows it: the name, or else the address. */
export function shortName(mailbox: MailAddress | null | undefined): string {
  return mailbox?.Name || mailbox?.Address || "";
}

/** The same of several. */
export function shortNames(mailboxes: readonly MailAddress[] | null | undefined): string {
  const all = mailboxes ?? [];
  const shown = all
    .slice(0, 3)
    .map((each) => clipped(shortName(each), 100))
    .join(", ");
  return all.length > 3 ? `${shown} and ${all.length - 3} more` : shown;
}

/** Name and address. */
export function fullName({ Name, Address }: MailAddress): string {
  return Name === "" ? Address : `${Name} <${Address}>`;
}
