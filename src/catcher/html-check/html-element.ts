import { attributePairs, readTokens } from "../reading/html-tokens.ts";

/** An element of a mail's HTML. */
export class HtmlElement {
  /** In lower case. */
  readonly name: string;
  readonly parent: HtmlElement | undefined;
  /** The element before it in its parent, or outside of all elements. */
  readonly previous: HtmlElement | undefined;
  /** The last element in it so far. */
  last: HtmlElement | undefined;
  readonly #source: string;
  #attributes: ReadonlyMap<string, string> | undefined;

  /** @param source what is written in the tag after the name. */
  constructor(
    name: string,
    source: string,
    parent: HtmlElement | undefined,
    previous: HtmlElement | undefined,
  ) {
    this.name = name;
    this.#source = source;
    this.parent = parent;
    this.previous = previous;
    if (parent !== undefined) parent.last = this;
  }

  /** The attributes by their names in lower case, decoded. */
  get attributes(): ReadonlyMap<string, string> {
    this.#attributes ??= readAttributes(this.#source);
    return this.#attributes;
  }

  /** The value of an attribute. */
  get(attribute: string): string | undefined {
    return this.attributes.get(attribute);
  }
}

/** The elements of HTML, in their order, and its style sheets. */
export interface HtmlElements {
  readonly elements: readonly HtmlElement[];
  /** The contents of the style elements. */
  readonly sheets: readonly string[];
}

/**
 * Reads the elements of HTML in one pass. Unlike a browser it moves nothing: an element that is in the wrong place
 * stays there. So its time grows with the length of the HTML, whatever the HTML is.
 */
export function readElements(html: string): HtmlElements {
  const elements: HtmlElement[] = [];
  const sheets: string[] = [];
  const open: HtmlElement[] = [];
  let outer: HtmlElement | undefined;
  /** How many open elements have a name. */
  const counts = new Map<string, number>();
  const count = (name: string, by: number): void => {
    counts.set(name, (counts.get(name) ?? 0) + by);
  };
  const closeTo = (name: string): void => {
    while ((counts.get(name) ?? 0) > 0) {
      const closed = open.pop() as HtmlElement;
      count(closed.name, -1);
      if (closed.name === name) return;
    }
  };
  const add = (name: string, source: string): void => {
    const parent = open.at(-1);
    const element = new HtmlElement(name, source, parent, parent === undefined ? outer : parent.last);
    if (parent === undefined) outer = element;
    elements.push(element);
    if (VOID.has(name) || source.endsWith("/")) return;
    open.push(element);
    count(name, 1);
  };
  readTokens(html, {
    open: (name, attributes) => {
      // An end tag that may be left out (HTML 13.1.2.4), as far as it matters here.
      if (SIBLINGS.has(name) && open.at(-1)?.name === name) closeTo(name);
      if (name === "tr" && open.at(-1)?.name === "table") add("tbody", "");
      add(name, attributes);
    },
    close: closeTo,
    raw: (text) => {
      if (open.at(-1)?.name === "style") sheets.push(text);
    },
  });
  return { elements, sheets };
}

function readAttributes(source: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [name, value] of attributePairs(source)) if (!attributes.has(name)) attributes.set(name, value);
  return attributes;
}

const VOID = new Set("area base br col embed hr img input link meta source track wbr".split(" "));
const SIBLINGS = new Set("p li td th tr option dt dd".split(" "));
