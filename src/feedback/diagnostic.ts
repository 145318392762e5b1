import { beginning } from "./beginning.ts";

/** A text in one line of at most 1,000 characters: white space and control characters become one space. */
export function oneLine(text: string): string {
  const line = beginning(text, 8 * longest).replace(/[\s\p{Cc}]+/gu, " ");
  return beginning(line.trim(), longest).trimEnd();
}

const longest = 1000;
