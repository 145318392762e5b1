import type { Capabilities } from "./extensions.ts";
import { SUBMISSIONS_PORT } from "./ports.ts";

/**
 * A hint for errors about something that a server does not offer, if a firewall has overwritten what it offers:
 * "SMTP inspection" replaces keywords that it does not know by X's, octet by octet. Empty if nothing shows that.
 */
export function rewritingHint({ keywords }: Capabilities): string {
  return [...keywords.keys()].some((keyword) => /^X{4,}[A-Z]?$/.test(keyword)) ? HINT : "";
}

/** The same hint for the text of a reply that refuses EHLO: the server got the X's that the firewall made of it. */
export function rewritingIn(words: string): string {
  return /\bX{4,}\b/.test(words) ? HINT : "";
}

const HINT =
  "; a firewall on the way rewrites SMTP (the X's in the reply to EHLO): switch its SMTP inspection off, " +
  `or use Tls.Wrapper on port ${SUBMISSIONS_PORT}, which it cannot look into`;
