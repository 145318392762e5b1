import type { Capabilities } from "./extensions.ts";

/**
 * What to say behind an error about something that a server does not offer, if a firewall has put X's over what it
 * offers: "SMTP inspection" replaces, octet by octet, what it does not know. Empty if nothing shows that.
 */
export function rewritingHint({ keywords }: Capabilities): string {
  return [...keywords.keys()].some((keyword) => /^X{4,}[A-Z]?$/.test(keyword)) ? HINT : "";
}

/**
 * The same of the words in a reply that refuses EHLO: the server was asked for the X's that the firewall made of it.
 */
export function rewritingIn(words: string): string {
  return /\bX{4,}\b/.test(words) ? HINT : "";
}

const HINT =
  "; a firewall on the way rewrites SMTP (the X's in the reply to EHLO): switch its SMTP inspection off, or use Tls.Wrapper on port 465, which it cannot look into";
