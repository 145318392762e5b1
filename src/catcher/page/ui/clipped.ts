import { beginningOf } from "./beginning.ts";

/** The beginning of a text, if it is longer than people read: a subject may have a megabyte. */
export function clipped(text: string, most: number): string {
  return text.length <= most ? text : `${beginningOf(text, most)}…`;
}
