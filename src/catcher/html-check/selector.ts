import type { HtmlElement } from "./html-element.ts";

/** A selector of CSS: one of several, separated by commas. */
export interface Selector {
  /** The simple selectors of the element itself and, behind each combinator, of the elements around it. */
  readonly compounds: readonly Compound[];
}

/** What an element must be, and how it relates to the element that the compound before selects. */
interface Compound {
  readonly name: string | undefined;
  readonly attributes: readonly AttributeTest[];
  /** How this element is reached from the element behind it in the text; `""` for the last one in the text. */
  readonly relation: "" | " " | ">" | "+" | "~";
}

interface AttributeTest {
  readonly name: string;
  readonly operator: string;
  readonly value: string;
}

/** How many elements may still be looked at, so that no selector takes long. */
export interface Budget {
  steps: number;
}

/**
 * Reads a list of selectors. One that says what cannot be seen in a mail at rest, such as `a:hover`, is left out, and
 * so is one that is not valid.
 */
export function readSelectors(text: string): Selector[] {
  return text
    .slice(0, LONGEST)
    .split(",")
    .flatMap((one) => readSelector(one.trim()) ?? []);
}

/** Whether a selector selects an element. */
export function selects({ compounds }: Selector, element: HtmlElement, budget: Budget): boolean {
  return matchesFrom(compounds, 0, element, budget);
}

function matchesFrom(
  compounds: readonly Compound[],
  index: number,
  element: HtmlElement | undefined,
  budget: Budget,
): boolean {
  const compound = compounds[index];
  if (compound === undefined) return true;
  if (element === undefined || budget.steps-- <= 0 || !fits(compound, element)) return false;
  const next = compounds[index + 1];
  if (next === undefined) return true;
  const { relation } = next;
  const step = (from: HtmlElement): HtmlElement | undefined =>
    relation === " " || relation === ">" ? from.parent : from.previous;
  const onlyNext = relation === ">" || relation === "+";
  for (let other = step(element); other !== undefined; other = onlyNext ? undefined : step(other)) {
    if (budget.steps <= 0) return false;
    if (matchesFrom(compounds, index + 1, other, budget)) return true;
  }
  return false;
}

function fits({ name, attributes }: Compound, element: HtmlElement): boolean {
  if (name !== undefined && name !== element.name) return false;
  return attributes.every(({ name: attribute, operator, value }) => {
    const actual = element.get(attribute);
    return actual !== undefined && compare(actual, operator, value);
  });
}

function compare(actual: string, operator: string, value: string): boolean {
  switch (operator) {
    case "=":
      return actual.toLowerCase() === value.toLowerCase();
    case "~=":
      return value !== "" && actual.split(/\s+/).includes(value);
    case "^=":
      return value !== "" && actual.startsWith(value);
    case "$=":
      return value !== "" && actual.endsWith(value);
    case "*=":
      return value !== "" && actual.includes(value);
    case "|=":
      return actual === value || actual.startsWith(`${value}-`);
    default:
      return true;
  }
}

function readSelector(text: string): Selector | undefined {
  const compounds: Compound[] = [];
  let relation: Compound["relation"] = "";
  let at = 0;
  while (at < text.length) {
    COMPOUND.lastIndex = at;
    const [whole = "", name, rest = ""] = COMPOUND.exec(text) ?? [];
    if (whole === "" || compounds.length >= MOST) return undefined;
    at += whole.length;
    COMBINATOR.lastIndex = at;
    const [between = "", sign] = COMBINATOR.exec(text) ?? [];
    if (between === "" && at < text.length) return undefined;
    at += between.length;
    const named = name === undefined || name === "*" ? undefined : name.toLowerCase();
    compounds.unshift({ name: named, attributes: readAttributes(rest), relation: "" });
    // The relation of a compound is the combinator behind it.
    relation = between === "" ? "" : ((sign ?? " ") as Compound["relation"]);
    compounds[0] = { ...(compounds[0] as Compound), relation };
  }
  return compounds.length === 0 || relation !== "" ? undefined : { compounds };
}

function readAttributes(text: string): AttributeTest[] {
  return [...text.matchAll(SIMPLE)].map(([, id, word, name, operator, double, single, bare]) => {
    if (id !== undefined) return { name: "id", operator: "=", value: id };
    if (word !== undefined) return { name: "class", operator: "~=", value: word };
    return {
      name: (name ?? "").toLowerCase(),
      operator: operator ?? "",
      value: double ?? single ?? bare ?? "",
    };
  });
}

const IDENTIFIER = "(?:[\\w\\u0080-\\uffff-]|\\\\.)+";
const ATTRIBUTE = `\\[\\s*(${IDENTIFIER})\\s*(?:([~^$*|]?=)\\s*(?:"([^"]*)"|'([^']*)'|([^\\]\\s]+))\\s*[iIsS]?\\s*)?\\]`;
const SIMPLE = new RegExp(`#(${IDENTIFIER})|\\.(${IDENTIFIER})|${ATTRIBUTE}`, "g");
const COMPOUND = new RegExp(
  `(\\*|${IDENTIFIER})?((?:#${IDENTIFIER}|\\.${IDENTIFIER}|${ATTRIBUTE.replaceAll("(", "(?:").replaceAll("(?:?:", "(?:")})*)`,
  "y",
);
const COMBINATOR = /\s*([>+~])\s*|\s+/y;

const LONGEST = 10_000;
const MOST = 20;
