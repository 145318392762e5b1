import { attributeOf, htmlTokens } from "../reading/html-tokens.ts";

/** The links to the web in a mail, each once: of the HTML links, style sheets and images, then those of the text. */
export function webLinks(html: string, text: string): string[] {
  const kinds = new Map<string, string[]>([
    ["a", []],
    ["link", []],
    ["img", []],
  ]);
  for (const token of htmlTokens(html)) {
    if (token.kind !== "open") continue;
    const { name, attributes } = token;
    if (name === "link" && attributeOf(attributes, "rel")?.toLowerCase() !== "stylesheet") continue;
    const link = kinds.has(name) ? attributeOf(attributes, name === "img" ? "src" : "href") : undefined;
    if (link !== undefined && /^\s*https?:\/\//i.test(link)) kinds.get(name)?.push(link.trim());
  }
  const found = new Set([...kinds.values()].flat());
  // A link in angle brackets may go on in the next line (RFC 3986 appendix C).
  for (const [, link = ""] of text.matchAll(/<(https?:\/\/[^<>]{1,4000})>/gi))
    found.add(link.replace(/\r?\n[ \t]*/g, ""));
  for (const [link] of text.replace(/<https?:\/\/[^<>]{1,4000}>/gi, " ").matchAll(PLAIN)) found.add(link);
  return [...found].slice(0, MOST);
}

const PLAIN = /\bhttps?:\/\/[\w\-@:%+'!.~#?,&/=;]*[\w\-@%+~#&/=]/gi;

/** How many links of a mail are checked. */
const MOST = 100;
