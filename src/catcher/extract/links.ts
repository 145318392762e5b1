import type { HtmlReading } from "./html-reading.ts";

/** A link of a mail. */
export interface MailLink {
  /** Where it leads, as the mail writes it. */
  readonly url: string;
  /** The text that it stands on in the HTML; empty if it is only in the plain text. */
  readonly text: string;
  /** Where it was found. */
  readonly in: readonly ("html" | "text")[];
}

/**
 * The links of a mail, each once, in the order of the HTML and then of the text. Links that lead nowhere (`#top`,
 * relative ones) or would run something (`javascript:`, `data:`) are left out; those of apps (`shop://`) are not.
 */
export function mailLinks(html: HtmlReading | undefined, text: string | undefined): readonly MailLink[] {
  const found = new Map<string, { url: string; text: string; in: ("html" | "text")[] }>();
  const add = (href: string, label: string, where: "html" | "text"): void => {
    const key = keyOf(href);
    if (key === undefined) return;
    const known = found.get(key);
    if (known === undefined) {
      found.set(key, { url: href.trim(), text: label, in: [where] });
      return;
    }
    if (!known.in.includes(where)) known.in.push(where);
    known.text ||= label;
  };
  for (const { href, text: label } of html?.links ?? []) {
    if (found.size >= MOST_LINKS) break;
    add(href, label, "html");
  }
  for (const url of urlsIn(text ?? "")) {
    if (found.size >= MOST_LINKS) break;
    add(url, "", "text");
  }
  return [...found.values()];
}

/** The same for all spellings of a URL. @returns `undefined` for what is not a link. */
function keyOf(href: string): string | undefined {
  const text = href.trim();
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return notLinks.has(url.protocol) ? undefined : url.href;
}

const notLinks: ReadonlySet<string> = new Set(
  "about: blob: cid: data: file: filesystem: javascript: mid: vbscript: view-source:".split(" "),
);

/** The URLs in plain text (RFC 3986 appendix C), without the punctuation of the sentence around them. */
export function* urlsIn(text: string): Generator<string, void, void> {
  for (const [found] of text.matchAll(
    /\b(?:https?:\/\/|mailto:|tel:)[^\s<>"\u00ab\u00bb\u201c-\u201f\u3000-\u3002]+/gi,
  )) {
    const url = withoutPunctuation(found);
    if (URL.canParse(url)) yield url;
  }
}

/** A bracket at the end belongs to the URL only if it was opened in it. */
function withoutPunctuation(url: string): string {
  let end = url.length;
  let depth = 0;
  for (const character of url) depth += character === "(" ? 1 : character === ")" ? -1 : 0;
  for (; end > 0; end--) {
    const last = url.charAt(end - 1);
    if (last === ")" && depth < 0) depth++;
    else if (!/[.,;:!?'*_~\]}|`]/.test(last)) break;
  }
  return url.slice(0, end);
}

const MOST_LINKS = 10_000;
