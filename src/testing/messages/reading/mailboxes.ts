import { addressParser } from "postal-mime";
import { withUtf8Words } from "../../../mime/reading/encoded-words.ts";
import type { TextDecoding } from "../../../text/charsets/web-charset.ts";

/** A mailbox in a header field of a captured message. */
export interface ParsedMailbox {
  /** The display name; empty if there is none. */
  readonly name: string;
  /** The address as it is written. */
  readonly address: string;
}

/** Reads the mailboxes of an address field, with members of groups; at most `most`. */
export function readMailboxes(value: string, most: number, decode: TextDecoding): ParsedMailbox[] {
  const found: ParsedMailbox[] = [];
  for (const piece of pieces(value)) {
    if (found.length >= most) break;
    const known = plainMailbox(piece);
    if (known !== undefined) found.push(known);
    else found.push(...readOne(piece, decode));
  }
  return found;
}

/** A mailbox of the usual forms, which can be read without a parser. */
function plainMailbox(text: string): ParsedMailbox | undefined {
  if (BARE.test(text)) return { name: "", address: text };
  const open = text.lastIndexOf("<");
  if (open === -1 || !text.endsWith(">") || text.length > LONGEST) return undefined;
  const address = text.slice(open + 1, -1);
  const [, quoted, words = quoted] = NAME.exec(text.slice(0, open)) ?? [];
  return words !== undefined && BARE.test(address) ? { name: words, address } : undefined;
}

/** Reads the text between two commas. */
function readOne(text: string, decode: TextDecoding): ParsedMailbox[] {
  // In pieces, because the time of the parser grows with the text after each colon.
  const parsed = addressParser(withUtf8Words(text.slice(0, LONGEST), decode), { flatten: true });
  return parsed.map(({ name, address = "" }) => ({ name, address }));
}

/**
 * Splits a value at commas, and at the semicolons and colons of groups, outside of quotes, comments and angle brackets.
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
      // The text before a colon is the name of a group.
      const piece = character === ":" ? "" : value.slice(begin, at).trim();
      if (piece !== "") yield piece;
      begin = at + 1;
    }
  }
  const last = value.slice(begin).trim();
  if (last !== "") yield last;
}

const CLOSING: Readonly<Record<string, string>> = { '"': '"', "(": ")", "<": ">", "[": "]" };

/** Words, in quotes or not, before an address in angle brackets; or nothing. */
const NAME = /^(?:"([a-z\d][a-z\d.'-]*(?: [a-z\d.'-]+)*)" ?|([a-z\d][a-z\d.'-]*(?: [a-z\d.'-]+)*|) ?)$/i;

/** An address that can be read without a parser. */
const BARE = /^[\w.!#$%&'*+/=^`{|}~-]{1,128}@(?:[\w.-]{1,255}|\[[\w.:]{1,60}\])$/;

/** How much of a mailbox is read. */
const LONGEST = 4096;
