import { refuseOption } from "../../text/options/option-reader.ts";

/** Where a webhook posts to. */
export interface WebhookTarget {
  /** Without a login, because `fetch` refuses URLs that have one. */
  readonly url: string;
  /** The header field with the login, if there is one. */
  readonly headers: { readonly authorization?: string };
}

/**
 * Takes the login out of a URL, for HTTP's Basic scheme (RFC 7617).
 *
 * @throws EnvoiError of kind `"configuration"` if the login is not valid; it does not repeat it.
 */
export function webhookTarget(text: string): WebhookTarget {
  const url = new URL(text);
  if (url.username === "" && url.password === "") return { url: text, headers: {} };
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (user.includes(":") || hasControls(`${user}${password}`))
    throw refuseOption("webhook", "the login must have no colon in the user, and no controls (RFC 7617)");
  url.username = "";
  url.password = "";
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  return { url: url.href, headers: { authorization } };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw refuseOption("webhook", "the user and the password in the URL must be percent-encoded");
  }
}

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
