import { commentEnd } from "./comment.ts";
import { MessageError } from "./message-error.ts";

/** The text before a separator in a field that people wrote: words, quoted or not, and comments between them. */
export interface WrittenPhrase {
  /** The words, decoded, with one space for the white space and comments between two of them. */
  readonly text: string;
  /** The comments, decoded and without their brackets. */
  readonly comments: readonly string[];
  /** The index of the separator, or the length of the value. */
  readonly end: number;
}

/**
 * Reads a phrase (RFC 5322 3.2.5) from `start` up to a separator that stands neither in quotes nor in a comment.
 * Characters that no atom has are taken as they are: they are quoted when the phrase is written.
 *
 * @param separators The characters that end it.
 * @throws MessageError if a quoted string or a comment is not closed.
 */
export function readPhrase(value: string, start: number, separators: string, field: string): WrittenPhrase {
  const comments: string[] = [];
  let text = "";
  let isApart = false;
  let at = start;
  for (; at < value.length && !separators.includes(value.charAt(at)); ) {
    const first = value.charAt(at);
    if (first === " " || first === "\t" || first === "(") {
      const end = first === "(" ? commentEnd(value, at) : at + 1;
      if (end === undefined) throw notClosed("comment", ")", at, field);
      if (first === "(") comments.push(unescaped(value.slice(at + 1, end - 1)));
      isApart = true;
      at = end;
      continue;
    }
    const word = first === '"' ? quotedAt(value, at, field) : plainAt(value, at, separators);
    text += (isApart && text !== "" ? " " : "") + (first === '"' ? unescaped(word.slice(1, -1)) : word);
    isApart = false;
    at += word.length;
  }
  return { text, comments, end: at };
}

function quotedAt(value: string, at: number, field: string): string {
  quotedString.lastIndex = at;
  const match = quotedString.exec(value);
  if (match === null) throw notClosed("quoted string", '"', at, field);
  return match[0];
}

const quotedString: RegExp = /"(?:[^"\\]|\\.)*"/sy;

function plainAt(value: string, start: number, separators: string): string {
  let end = start + 1;
  while (end < value.length && !` \t("${separators}`.includes(value.charAt(end))) end++;
  return value.slice(start, end);
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, "$1");
}

function notClosed(what: string, end: string, position: number, field: string): MessageError {
  return new MessageError(`${field}: the ${what} at position ${position} is not closed; add the ${end}`, {
    field,
    position,
  });
}
