import { toMailbox } from "../address/mailbox.ts";
import { Header } from "../mime/header.ts";
import { refuseUnknown } from "../mime/known-fields.ts";
import { checkUrl, listUrlHeader } from "../mime/list-header.ts";
import { MessageError } from "../mime/message-error.ts";

/** Ways to unsubscribe besides the page of the URL. */
export interface ListUnsubscribeOptions {
  /**
   * Whether the URL accepts a POST of `List-Unsubscribe=One-Click` without further questions (RFC 8058), as large
   * mailbox providers require of bulk mail. The URL must be https, and the mail should be signed with DKIM: otherwise
   * providers ignore the promise.
   */
  readonly oneClick?: boolean | undefined;
  /** An address that accepts mails to unsubscribe, or a `mailto:` URL with a subject. */
  readonly mailto?: string | undefined;
}

/** The fields that state how to unsubscribe. */
export const listUnsubscribeNames: readonly string[] = ["List-Unsubscribe", "List-Unsubscribe-Post"];

/**
 * @throws MessageError or AddressError if the URL or the address is not valid, or `oneClick` is set for a URL that is
 * not https.
 */
export function listUnsubscribeHeaders(url: string | URL, options: ListUnsubscribeOptions): Header[] {
  refuseUnknown(options, { oneClick: true, mailto: true }, "listUnsubscribe");
  const field = "listUnsubscribe";
  const first = checkUrl(url instanceof URL ? url.href : url, field);
  const urls = [first, ...(options.mailto === undefined ? [] : [mailtoUrl(options.mailto)])];
  const list = listUrlHeader("List-Unsubscribe", urls.map((each) => `<${each}>`).join(", "), field);
  if (options.oneClick !== true) return [list];
  if (!/^https:/i.test(first)) {
    throw new MessageError(`${field}: expected an https URL for oneClick (RFC 8058 section 3.1)`, { field });
  }
  const [, name = ""] = listUnsubscribeNames;
  return [list, Header.formatted(name, oneClick, `${name}: ${oneClick}`)];
}

const oneClick = "List-Unsubscribe=One-Click";

function mailtoUrl(mailto: string): string {
  const field = "listUnsubscribe.mailto";
  if (/^mailto:/i.test(mailto)) return checkUrl(mailto, field);
  // RFC 6068 section 2: characters with a meaning in URLs are percent-encoded.
  const address = toMailbox(mailto, field).address.toString();
  return `mailto:${encodeURIComponent(address).replaceAll("%40", "@")}`;
}
