/** A text in one line of at most 1,000 characters: white space and control characters become one space. */
export function oneLine(text: string): string {
  return text
    .slice(0, 8 * longest)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, longest);
}

const longest = 1000;
