import { beginningOf } from "../text/beginning.ts";

/**
 * The beginning of a text, of at most so many characters. It does not end within a word: a code that is cut off,
 * `5.1.1` of `5.1.10`, would be another code, which nobody told.
 */
export function beginningInWords(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = most;
  if (word.test(text.charAt(end)))
    while (end > Math.max(0, most - longestCode) && word.test(text.charAt(end - 1))) end--;
  return beginningOf(text, end);
}

const word: RegExp = /[\w.@/-]/;
/** No code is longer, and none begins within a word. */
const longestCode = 64;
