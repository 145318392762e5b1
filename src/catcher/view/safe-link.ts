/**
 * Where a link of a mail may lead: to a page, an address, a telephone number, or a place in the mail itself. A relative
 * link leads nowhere, because a mail has no address.
 *
 * @returns `undefined` if the link must not lead anywhere.
 */
export function safeLink(href: string): string | undefined {
  const text = href.trim();
  if (/^#[^\s]*$/.test(text)) return text;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return schemes.has(url.protocol) ? url.href : undefined;
}

const schemes: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);
