import { attributeFeatures, elementFeatures, imageFeatures } from "./element-features.ts";
import { type HtmlElement, readElements } from "./html-element.ts";
import { type Budget, readSelectors, type Selector, selects } from "./selector.ts";
import { type Declaration, declarationFeatures, sheetFeatures } from "./style-features.ts";
import { readDeclarations, readRules, withoutComments } from "./style-sheet.ts";

/** What is used in HTML. */
export interface FoundFeatures {
  /** How many elements there are; those that show nothing do not count. */
  readonly elements: number;
  /** How often each feature is used, by its slug. */
  readonly counts: ReadonlyMap<string, number>;
  /** How many scripts there are. */
  readonly scripts: number;
}

/** How many features are looked for. */
export const featureCount: number =
  Object.keys({ ...elementFeatures, ...imageFeatures, ...sheetFeatures }).length +
  Object.keys(attributeFeatures).length +
  declarationFeatures.size;

/** Looks for the features of HTML and CSS that not all mail programs support. */
export function findFeatures(html: string): FoundFeatures {
  const { elements, sheets } = readElements(html);
  const counts = new Map<string, number>();
  const add = (slug: string, times: number): void => {
    if (times > 0) counts.set(slug, (counts.get(slug) ?? 0) + times);
  };
  const named = byName(elements);
  const select = (text: string): HtmlElement[] => {
    const budget: Budget = { steps: Number.POSITIVE_INFINITY };
    return readSelectors(text).flatMap((selector) => selected(selector, elements, named, budget));
  };
  for (const [slug, selector] of Object.entries(elementFeatures)) add(slug, select(selector).length);
  for (const source of elements.flatMap((element) =>
    element.name === "img" ? (element.get("src") ?? []) : [],
  ))
    for (const [slug, form] of Object.entries(imageFeatures)) add(slug, form.test(source) ? 1 : 0);
  for (const [slug, selector] of Object.entries(attributeFeatures))
    add(slug, Math.min(1, select(selector).length));

  const css = withoutComments(sheets.join("\n"));
  for (const [slug, form] of Object.entries(sheetFeatures)) add(slug, css.match(form)?.length ?? 0);
  for (const slugs of featuresOfStyles(elements, named, css).values()) for (const slug of slugs) add(slug, 1);
  return {
    elements: elements.filter(({ name }) => !UNCOUNTED.has(name)).length,
    counts,
    scripts: elements.filter(isScript).length,
  };
}

/** The features that the style of each element uses: that of its attribute, and of the rules that select it. */
function featuresOfStyles(
  elements: readonly HtmlElement[],
  named: ElementsByName,
  css: string,
): ReadonlyMap<HtmlElement, ReadonlySet<string>> {
  const budget: Budget = { steps: MOST_STEPS };
  const styles = new Map<HtmlElement, Set<string>>();
  const add = (element: HtmlElement, features: ReadonlySet<string>): void => {
    const known = styles.get(element) ?? new Set();
    for (const feature of features) known.add(feature);
    styles.set(element, known);
  };
  for (const element of elements) {
    const style = element.get("style");
    if (style !== undefined) add(element, featuresOf(readDeclarations(style)));
  }
  for (const { selectors, declarations } of readRules(css)) {
    const features = featuresOf(declarations);
    if (features.size === 0) continue;
    for (const selector of readSelectors(selectors))
      for (const element of selected(selector, elements, named, budget)) add(element, features);
    if (budget.steps <= 0) break;
  }
  return styles;
}

type ElementsByName = ReadonlyMap<string, readonly HtmlElement[]>;

function byName(elements: readonly HtmlElement[]): ElementsByName {
  const named = new Map<string, HtmlElement[]>();
  for (const element of elements) {
    const same = named.get(element.name);
    if (same === undefined) named.set(element.name, [element]);
    else same.push(element);
  }
  return named;
}

/** The elements that a selector selects, as far as the budget goes. */
function selected(
  selector: Selector,
  elements: readonly HtmlElement[],
  named: ElementsByName,
  budget: Budget,
): HtmlElement[] {
  const name = selector.compounds[0]?.name;
  const candidates = name === undefined ? elements : (named.get(name) ?? []);
  return candidates.filter((element) => budget.steps > 0 && selects(selector, element, budget));
}

function featuresOf(declarations: readonly Declaration[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const declaration of declarations)
    for (const [slug, test] of declarationFeatures) if (test(declaration)) found.add(slug);
  return found;
}

/** Data in a script element run nothing. */
function isScript(element: HtmlElement): boolean {
  return element.name === "script" && !/^application\/(?:ld\+)?json$/i.test(element.get("type") ?? "");
}

/** The elements around the content, which every mail has. */
const UNCOUNTED = new Set(["html", "head", "meta"]);

/** How many elements the selectors of the style sheets of a mail may look at. */
const MOST_STEPS = 5_000_000;
