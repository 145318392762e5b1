import { headerFields } from "../reading/head-facts.ts";
import type { StoredMail } from "../store/stored-mail.ts";

/** What a search of MailHog looks at. */
export type SearchKind = "from" | "to" | "containing";

/** Whether a text is a kind of search. */
export function isSearchKind(text: string): text is SearchKind {
  return text === "from" || text === "to" || text === "containing";
}

/** Whether a mail fulfils a search, in any case. `"containing"` looks at the mail as it was sent, not decoded. */
export function mailHogMatches(mail: StoredMail, kind: SearchKind, query: string): boolean {
  const wanted = query.toLowerCase();
  const has = (text: string): boolean => text.toLowerCase().includes(wanted);
  if (kind === "containing") return has(mail.raw.toString());
  const { from, to } = mail.envelope;
  const addresses = kind === "from" ? [from] : to;
  return (
    addresses.some(has) ||
    headerFields(mail.raw).some(({ name, value }) => name.toLowerCase() === kind && has(value))
  );
}
