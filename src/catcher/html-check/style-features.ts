/** A declaration of CSS. */
export interface Declaration {
  /** In lower case. */
  readonly property: string;
  /** In lower case. */
  readonly value: string;
}

/** Whether a declaration uses a feature. */
export type DeclarationTest = (declaration: Declaration) => boolean;

/** The features that are the property of their name. */
const NAMED = `css-accent-color css-align-items css-aspect-ratio css-background css-background-blend-mode
  css-background-clip css-background-color css-background-image css-background-origin css-background-position
  css-background-repeat css-background-size css-border css-border-image css-border-radius css-box-shadow css-box-sizing
  css-caption-side css-clip-path css-column-count css-direction css-display css-filter css-flex-direction css-flex-wrap
  css-float css-font css-font-kerning css-font-weight css-gap css-height css-hyphens css-inline-size
  css-justify-content css-letter-spacing css-line-height css-list-style css-list-style-image css-list-style-position
  css-margin css-max-block-size css-max-height css-max-width css-min-height css-min-inline-size css-min-width
  css-mix-blend-mode css-object-fit css-object-position css-opacity css-outline css-outline-offset css-overflow
  css-overflow-wrap css-padding css-position css-tab-size css-table-layout css-text-align css-text-align-last
  css-text-decoration css-text-decoration-color css-text-decoration-thickness css-text-emphasis
  css-text-emphasis-position css-text-indent css-text-overflow css-text-shadow css-text-transform
  css-text-underline-offset css-transform css-visibility css-white-space css-width css-word-break css-writing-mode
  css-z-index`.split(/\s+/);

/** The features that are other properties. */
const PROPERTIES: Readonly<Record<string, RegExp>> = {
  "css-block-inline-size": /^(?:block|inline)-size$/,
  "css-border-inline-block": /^border-(?:inline|block)$/,
  "css-border-inline-block-individual": /^border-(?:inline|block)-(?:start|end)$/,
  "css-column-layout-properties": /^(?:columns|column-(?:fill|gap|rule|span|width).*)$/,
  "css-grid-template": /^grid-template(?:-|$)/,
  "css-intrinsic-size": /^contain-intrinsic-/,
  "css-margin-block-start-end": /^margin-block-(?:start|end)$/,
  "css-margin-inline-block": /^margin-(?:inline|block)$/,
  "css-margin-inline-start-end": /^margin-inline-(?:start|end)$/,
  "css-padding-block-start-end": /^padding-block-(?:start|end)$/,
  "css-padding-inline-block": /^padding-(?:inline|block)$/,
  "css-padding-inline-start-end": /^padding-inline-(?:start|end)$/,
  "css-scroll-snap": /^scroll-snap-/,
};

/** The features that are values. */
const VALUES: Readonly<Record<string, RegExp>> = {
  "css-conic-gradient": /\bconic-gradient\(/,
  "css-important": /!\s*important\b/,
  "css-modern-color": /\b(?:color|hwb|lab|lch|oklab|oklch)\(/,
  "css-radial-gradient": /\bradial-gradient\(/,
  "css-rgb": /\brgb\(/,
  "css-rgba": /\brgba\(/,
  "css-unit-calc": /\bcalc\(/,
  "css-unit-ch": /(?:^|[\s(,/*+-])\d*\.?\d+ch\b/,
  "css-unit-initial": /^initial\b/,
  "css-unit-rem": /(?:^|[\s(,/*+-])\d*\.?\d+rem\b/,
  "css-unit-vh": /(?:^|[\s(,/*+-])\d*\.?\d+vh\b/,
  "css-unit-vmax": /(?:^|[\s(,/*+-])\d*\.?\d+vmax\b/,
  "css-unit-vmin": /(?:^|[\s(,/*+-])\d*\.?\d+vmin\b/,
  "css-unit-vw": /(?:^|[\s(,/*+-])\d*\.?\d+vw\b/,
};

/** The features that a declaration can use, with their tests. */
export const declarationFeatures: ReadonlyMap<string, DeclarationTest> = new Map<string, DeclarationTest>([
  ...NAMED.map((slug): [string, DeclarationTest] => [slug, ({ property }) => property === slug.slice(4)]),
  ...Object.entries(PROPERTIES).map(([slug, form]): [string, DeclarationTest] => [
    slug,
    ({ property }) => form.test(property),
  ]),
  ...Object.entries(VALUES).map(([slug, form]): [string, DeclarationTest] => [
    slug,
    ({ value }) => form.test(value),
  ]),
  ["css-display-flex", ({ property, value }) => property === "display" && /^(?:inline-)?flex\b/.test(value)],
  ["css-display-grid", ({ property, value }) => property === "display" && /^(?:inline-)?grid\b/.test(value)],
  ["css-display-none", ({ property, value }) => property === "display" && /^none\b/.test(value)],
  ["css-variables", ({ property, value }) => property.startsWith("--") || /\bvar\(/.test(value)],
]);

/** The features that are seen in a style sheet itself, which comments were taken out of. */
export const sheetFeatures: Readonly<Record<string, RegExp>> = {
  "css-at-font-face": /@font-face\b/gi,
  "css-at-import": /@import\b/gi,
  "css-at-keyframes": /@(?:-webkit-)?keyframes\b/gi,
  "css-at-media": /@media\b/gi,
  "css-at-supports": /@supports\b/gi,
  "css-pseudo-class-active": /:active\b/gi,
  "css-pseudo-class-checked": /:checked\b/gi,
  "css-pseudo-class-first-child": /:first-child\b/gi,
  "css-pseudo-class-first-of-type": /:first-of-type\b/gi,
  "css-pseudo-class-focus": /:focus\b(?!-)/gi,
  "css-pseudo-class-has": /:has\(/gi,
  "css-pseudo-class-hover": /:hover\b/gi,
  "css-pseudo-class-lang": /:lang\(/gi,
  "css-pseudo-class-last-child": /:last-child\b/gi,
  "css-pseudo-class-last-of-type": /:last-of-type\b/gi,
  "css-pseudo-class-link": /:link\b/gi,
  "css-pseudo-class-not": /:not\(/gi,
  "css-pseudo-class-nth-child": /:nth-child\(/gi,
  "css-pseudo-class-nth-last-child": /:nth-last-child\(/gi,
  "css-pseudo-class-nth-last-of-type": /:nth-last-of-type\(/gi,
  "css-pseudo-class-nth-of-type": /:nth-of-type\(/gi,
  "css-pseudo-class-only-child": /:only-child\b/gi,
  "css-pseudo-class-only-of-type": /:only-of-type\b/gi,
  "css-pseudo-class-target": /:target\b/gi,
  "css-pseudo-class-visited": /:visited\b/gi,
  "css-pseudo-element-after": /:after\b/gi,
  "css-pseudo-element-before": /:before\b/gi,
  "css-pseudo-element-first-letter": /:first-letter\b/gi,
  "css-pseudo-element-first-line": /:first-line\b/gi,
  "css-pseudo-element-marker": /::marker\b/gi,
  "css-pseudo-element-placeholder": /::placeholder\b/gi,
};
