import { type Condition, conditionOf, type SearchableMail } from "./condition.ts";
import { searchTerms } from "./search-terms.ts";
import { searchableText } from "./searchable-text.ts";
import { timeZone } from "./time-zone.ts";

/** A search: a mail must fulfil each of its terms. */
export interface Search {
  /** Whether a mail fulfils the search. */
  matches(mail: SearchableMail): boolean;
}

/**
 * Reads a search in the language of mailpit: words and `"phrases"`, filters such as `to:`, `subject:`, `tag:`,
 * `is:read`, `has:attachment`, `after:` and `larger:`; a term with `-` or `!` in front must not hold. A filter with a
 * value that has no meaning, such as `after:soon`, is ignored. Any text is a search.
 *
 * @param zone the name of the time zone in which dates are meant; by default the one of this machine.
 *
 * @example
 * ```text
 * const search = readSearch('to:jo@a.test subject:"your receipt" -is:read', "Europe/Berlin");
 * const found = mails.filter((mail) => search.matches(mail));
 * ```
 */
export function readSearch(text: string, zone?: string): Search {
  const place = timeZone(zone);
  const conditions: { readonly cost: number; readonly holds: Condition; readonly wanted: boolean }[] = [];
  for (const term of searchTerms(text.slice(0, LONGEST))) {
    if (searchableText(term) === "") continue;
    const negated = term.length > 1 && /^[-!]/.test(term);
    const condition = conditionOf(negated ? term.slice(1) : term, place, negated);
    if (condition !== undefined) conditions.push({ ...condition, wanted: !negated });
  }
  // Cheap conditions first: those on the text of a mail may have to read the mail.
  conditions.sort((a, b) => a.cost - b.cost);
  return { matches: (mail) => conditions.every(({ holds, wanted }) => holds(mail) === wanted) };
}

/** How much of a search is read. */
const LONGEST = 10_000;
