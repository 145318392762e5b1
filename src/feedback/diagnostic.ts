import { beginningInWords } from "./beginning-in-words.ts";

/** A text in one line of at most 1,000 characters: white space and control characters become one space. */
export function oneLine(text: string): string {
  const line = beginningInWords(text, 8 * longest).replace(/[\s\p{Cc}]+/gu, " ");
  return beginningInWords(line.trim(), longest).trimEnd();
}

const longest = 1000;
