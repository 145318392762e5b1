import { attributeOf, readTokens } from "../reading/html-tokens.ts";

/** The links to the web in a mail, each once: of the HTML links, style sheets and images, then those of the text. */
export function webLinks(html: string, text: string): string[] {
  const kinds = new Map<string, string[]>([
    ["a", []],
    ["link", []],
    ["img", []],
  ]);
  readTokens(html, {
    open: (name, attributes) => {
      const links = kinds.get(name);
      if (links === undefined) return;
      if (name === "link" && attributeOf(attributes, "rel")?.toLowerCase() !== "stylesheet") return;
      const link = attributeOf(attributes, name === "img" ? "src" : "href")?.trim() ?? "";
      if (/^https?:\/\//i.test(link)) links.push(link);
    },
  });
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
