/**
 * The first characters of a text: at most `most` UTF-16 units of it, and no half character at the end. The page is a
 * program of its own, so this is `src/text/beginning.ts` once more.
 */
export function beginningOf(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  // The first half of a surrogate pair.
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? most - 1 : most);
}
