import { decodeHTML } from "entities";

/** A piece of HTML: text, a tag, or the content of an element that is no text, such as a style sheet. */
export type HtmlToken =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "raw"; readonly text: string }
  | {
      readonly kind: "open" | "close";
      /** In lower case. */
      readonly name: string;
      /** What is written in the tag after its name. */
      readonly attributes: string;
    };

/** Splits HTML into text and tags, in one pass, without building a tree. Comments are left out. */
export function* htmlTokens(html: string): Generator<HtmlToken, void, void> {
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf("<", at);
    const end = open === -1 ? html.length : open;
    if (end > at) yield { kind: "text", text: decodeHTML(html.slice(at, end)) };
    if (open === -1) return;
    const tag = readTag(html, open);
    if (tag === undefined) {
      yield { kind: "text", text: "<" };
      at = open + 1;
      continue;
    }
    at = tag.end;
    if (tag.name === "") continue;
    yield { kind: tag.closes ? "close" : "open", name: tag.name, attributes: tag.attributes };
    const close = tag.closes ? undefined : RAW.get(tag.name);
    if (close === undefined) continue;
    close.lastIndex = at;
    const rawEnd = close.exec(html)?.index ?? html.length;
    if (rawEnd > at) yield { kind: "raw", text: html.slice(at, rawEnd) };
    at = rawEnd;
  }
}

/** The same without the head, whose elements show nothing. */
export function* shownTokens(html: string): Generator<HtmlToken, void, void> {
  let inHead = false;
  for (const token of htmlTokens(html)) {
    if (token.kind === "open" || token.kind === "close") {
      if (token.name === "head") inHead = token.kind === "open";
      else if (token.name === "body") inHead = false;
    }
    if (!inHead) yield token;
  }
}

/** The value of an attribute, decoded. */
export function attributeOf(attributes: string, name: string): string | undefined {
  for (const [key, value] of attributePairs(attributes)) if (key === name) return value;
  return undefined;
}

/** The attributes of a tag: names in lower case, values decoded. If a name occurs twice, the first counts. */
export function* attributePairs(attributes: string): Generator<readonly [string, string], void, void> {
  for (const [, key = "", double, single, bare] of attributes.matchAll(ATTRIBUTE))
    yield [key.toLowerCase(), decodeHTML(double ?? single ?? bare ?? "")];
}

const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;

interface Tag {
  /** Empty for a comment. */
  readonly name: string;
  readonly closes: boolean;
  readonly attributes: string;
  readonly end: number;
}

function readTag(html: string, open: number): Tag | undefined {
  if (html.startsWith("<!--", open)) {
    const end = html.indexOf("-->", open + 4);
    return { name: "", closes: false, attributes: "", end: end === -1 ? html.length : end + 3 };
  }
  NAME.lastIndex = open + 1;
  const [whole, slash, name] = NAME.exec(html) ?? [];
  if (whole === undefined) return undefined;
  const begin = open + 1 + whole.length;
  const end = tagEnd(html, begin);
  return {
    name: /^[a-z]/i.test(name ?? "") ? (name ?? "").toLowerCase() : "",
    closes: slash === "/",
    attributes: html.slice(begin, end),
    end: Math.min(end + 1, html.length),
  };
}

const NAME = /(\/?)([a-z][^\s/>]*|[!?])/iy;

/** The place of the `>` that ends a tag: not one in a quoted value. */
function tagEnd(html: string, begin: number): number {
  let quote = "";
  for (let at = begin; at < html.length; at++) {
    const character = html[at] as string;
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === ">") return at;
    else if ((character === '"' || character === "'") && html[at - 1] === "=") quote = character;
  }
  return html.length;
}

/** The elements whose content is no HTML, with the form of what ends them. */
const RAW: ReadonlyMap<string, RegExp> = new Map(
  ["script", "style", "title", "noscript"].map((name) => [name, new RegExp(`</${name}(?=[\\s/>])`, "gi")]),
);
