import type { Declaration } from "./style-features.ts";

/** A rule of a style sheet that holds everywhere, not only for some media. */
export interface StyleRule {
  readonly selectors: string;
  readonly declarations: readonly Declaration[];
}

/** A style sheet without its comments. */
export function withoutComments(sheet: string): string {
  return sheet.replace(/\/\*[\s\S]*?(?:\*\/|$)/g, " ").replace(/<!--|-->/g, " ");
}

/** The rules of a style sheet without comments. Those inside of `@media` and its like are left out. */
export function readRules(sheet: string): StyleRule[] {
  const rules: StyleRule[] = [];
  let begin = 0;
  let depth = 0;
  let prelude = "";
  for (let at = 0; at < sheet.length && rules.length < MOST_RULES; at++) {
    const character = sheet[at];
    if (character === "{") {
      if (depth++ === 0) {
        prelude = sheet.slice(begin, at).trim();
        begin = at + 1;
      }
    } else if (character === "}" && depth > 0) {
      if (--depth > 0) continue;
      if (prelude !== "" && !prelude.startsWith("@"))
        rules.push({ selectors: prelude, declarations: readDeclarations(sheet.slice(begin, at)) });
      begin = at + 1;
    } else if (character === ";" && depth === 0) {
      // The end of an @import.
      begin = at + 1;
    }
  }
  return rules;
}

/** The declarations of a rule, or of a style attribute. */
export function readDeclarations(text: string): Declaration[] {
  const found: Declaration[] = [];
  for (const piece of text.split(";")) {
    const colon = piece.indexOf(":");
    if (colon === -1 || found.length >= MOST_DECLARATIONS) continue;
    const property = piece.slice(0, colon).trim().toLowerCase();
    if (property !== "")
      found.push({
        property,
        value: piece
          .slice(colon + 1)
          .trim()
          .toLowerCase(),
      });
  }
  return found;
}

const MOST_RULES = 5000;
const MOST_DECLARATIONS = 1000;
