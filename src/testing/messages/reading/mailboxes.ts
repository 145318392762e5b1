import { addressParser } from "postal-mime";
import type { TextDecoding } from "../../../text/charsets/web-charset.ts";
import { withUtf8Words } from "./encoded-words.ts";

/** A mailbox in a header of a message that was caught. */
export interface ParsedMailbox {
  /** The display name; empty where there is none. */
  readonly name: string;
  /** The address, as it is written. */
  readonly address: string;
}

/** The mailboxes of an address field, members of groups among them; at most so many. */
export function readMailboxes(value: string, most: number, decode: TextDecoding): ParsedMailbox[] {
  const found: ParsedMailbox[] = [];
  for (const piece of pieces(value)) {
    if (found.length >= most) break;
    if (BARE.test(piece)) found.push({ name: "", address: piece });
    else found.push(...readOne(piece, decode));
  }
  return found;
}

/** Reads what stands between two commas. */
function readOne(text: string, decode: TextDecoding): ParsedMailbox[] {
  // In pieces, because the parser takes the longer for each colon, the more there is behind it.
  const parsed = addressParser(withUtf8Words(text.slice(0, LONGEST), decode), { flatten: true });
  return parsed.map(({ name, address = "" }) => ({ name, address }));
}

/**
 * What stands between commas, and the semicolons and colons of groups, outside of quotes, comments and angle brackets.
 */
function* pieces(value: string): Generator<string, void, void> {
  let begin = 0;
  let closing = "";
  let depth = 0;
  for (let at = 0; at < value.length; at++) {
    const character = value[at] as string;
    if (character === "\\" && closing !== "" && closing !== ">") at++;
    else if (closing === ")" && character === "(") depth++;
    else if (closing === ")" && character === ")" && --depth > 0) continue;
    else if (closing !== "") closing = character === closing ? "" : closing;
    else if (character in CLOSING) {
      closing = CLOSING[character] as string;
      depth = 1;
    } else if (character === "," || character === ";" || character === ":") {
      // Before a colon stands the name of a group.
      const piece = character === ":" ? "" : value.slice(begin, at).trim();
      if (piece !== "") yield piece;
      begin = at + 1;
    }
  }
  const last = value.slice(begin).trim();
  if (last !== "") yield last;
}

const CLOSING: Readonly<Record<string, string>> = { '"': '"', "(": ")", "<": ">", "[": "]" };

/** An address that nothing has to be known of to be read. */
const BARE = /^[\w.!#$%&'*+/=^`{|}~-]{1,128}@(?:[\w.-]{1,255}|\[[\w.:]{1,60}\])$/;

/** So much of a mailbox is read. */
const LONGEST = 4096;
