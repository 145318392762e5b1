import { type ClientSupport, canIEmail, type Feature } from "./caniemail.ts";
import { featureCount, findFeatures } from "./found-features.ts";
import { inlineMarkdown } from "./inline-markdown.ts";

/** Which features of a mail's HTML not all mail programs support, as mailpit reports it. */
export interface HtmlCheckJson {
  /** The worst first. */
  readonly Warnings: readonly HtmlWarningJson[];
  /** The families of mail programs by platform. */
  readonly Platforms: Readonly<Record<string, readonly string[]>>;
  readonly Total: HtmlTotalJson;
}

/** How much of the HTML is supported, in per cent. */
export interface HtmlTotalJson {
  /** How many features were looked for. */
  readonly Tests: number;
  /** How many elements there are. */
  readonly Nodes: number;
  readonly Supported: number;
  readonly Partial: number;
  readonly Unsupported: number;
}

/** A feature that the HTML uses. */
export interface HtmlWarningJson {
  readonly Slug: string;
  readonly Title: string;
  /** HTML of Can I email: code, emphasis and links. */
  readonly Description: string;
  readonly URL: string;
  readonly Category: string;
  readonly Tags: readonly string[];
  readonly Keywords: string;
  readonly Results: readonly HtmlResultJson[];
  readonly NotesByNumber: Readonly<Record<string, string>>;
  readonly Score: HtmlScoreJson;
}

/** How one mail program supports a feature. */
export interface HtmlResultJson {
  readonly Name: string;
  readonly Platform: string;
  readonly Family: string;
  readonly Version: string;
  readonly Support: string;
  readonly NoteNumber: string;
}

/** How often a feature is used, and how many mail programs support it, in per cent. */
export interface HtmlScoreJson {
  readonly Found: number;
  readonly Supported: number;
  readonly Partial: number;
  readonly Unsupported: number;
}

/**
 * Checks HTML against the data of Can I email. Nothing is loaded: style sheets of other servers are not looked at. Of
 * HTML with more than a million characters, only these are checked.
 */
export function htmlCheck(html: string): HtmlCheckJson {
  const { elements, counts, scripts } = findFeatures(html.slice(0, LONGEST));
  const { features, families } = canIEmail();
  const warnings = [...counts].flatMap(([slug, found]) => {
    const feature = features.get(slug);
    return feature === undefined ? [] : warningOf(feature, found);
  });
  if (scripts > 0) warnings.push(scriptWarning(scripts));
  const share = ({ Found }: HtmlScoreJson): number => Found / Math.max(1, elements);
  const most = (kind: "Partial" | "Unsupported"): number =>
    warnings.reduce((worst, { Score }) => Math.max(worst, Score[kind] * share(Score)), 0);
  const weight = ({ Score }: HtmlWarningJson): number => (Score.Partial + Score.Unsupported) * share(Score);
  const partial = most("Partial");
  const unsupported = most("Unsupported");
  return {
    Warnings: warnings.sort((a, b) => weight(b) - weight(a)),
    Platforms: families,
    Total: {
      Tests: featureCount,
      Nodes: elements,
      Supported: 100 - partial - unsupported,
      Partial: partial,
      Unsupported: unsupported,
    },
  };
}

function warningOf(feature: Feature, found: number): HtmlWarningJson {
  const { slug, title, description, url, category, tags, notes, clients } = feature;
  const percent = (support: ClientSupport["support"]): number =>
    (100 * clients.filter((client) => client.support === support).length) / Math.max(1, clients.length);
  return {
    Slug: slug,
    Title: title,
    Description: inlineMarkdown(description),
    URL: url,
    Category: category,
    Tags: tags,
    Keywords: "",
    Results: clients.map(({ name, platform, family, version, support, note }) => ({
      Name: name,
      Platform: platform,
      Family: family,
      Version: version,
      Support: support,
      NoteNumber: note,
    })),
    NotesByNumber: Object.fromEntries(
      Object.entries(notes).map(([number, note]) => [number, inlineMarkdown(note)]),
    ),
    Score: {
      Found: found,
      Supported: percent("yes"),
      Partial: percent("partial"),
      Unsupported: percent("no"),
    },
  };
}

/** Can I email has no page about scripts, because no mail program runs them. */
function scriptWarning(found: number): HtmlWarningJson {
  return {
    Slug: "html-script",
    Title: "<script> element",
    Description: "JavaScript is not supported in any email client.",
    URL: "",
    Category: "html",
    Tags: [],
    Keywords: "",
    Results: [],
    NotesByNumber: {},
    Score: { Found: found, Supported: 0, Partial: 0, Unsupported: 100 },
  };
}

const LONGEST = 1_000_000;
