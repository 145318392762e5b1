/** A tag without the characters that tags cannot have; empty if nothing is left. */
export function cleanTag(text: string): string {
  return text
    .slice(0, 10 * LONGEST)
    .replace(/[^\w .@-]+/g, " ")
    .replace(/ +/g, " ")
    .trim()
    .slice(0, LONGEST);
}

/** Clean tags, each once whatever its case. */
export function cleanTags(texts: readonly string[]): string[] {
  const tags = new Map<string, string>();
  for (const text of texts) {
    const tag = cleanTag(text);
    if (tag !== "" && !tags.has(tag.toLowerCase())) tags.set(tag.toLowerCase(), tag);
  }
  return [...tags.values()];
}

/**
 * The tags that a mail brings: those of its X-Tags field, and those behind a plus in its addresses, such as `news` in
 * `jo+news@a.test`.
 */
export function tagsOf(field: string, addresses: Iterable<string>): readonly string[] {
  const found = field.trim() === "" ? [] : field.slice(0, LONGEST_FIELD).split(",");
  for (const address of addresses) {
    const [, detail] = /^[^+@]+\+([^@]*)@/.exec(address) ?? [];
    if (detail !== undefined) found.push(...detail.split("+"));
    if (found.length > MOST) break;
  }
  return found.length === 0 ? NONE : cleanTags(found.slice(0, MOST)).sort();
}

/** The longest tag, and how many a mail can bring. */
const LONGEST = 100;
const MOST = 1000;
const LONGEST_FIELD = 10_000;
const NONE: readonly string[] = [];
