import { wideAtomCharacters } from "../address/atom.ts";
import { commentEnd } from "./comment.ts";
import { checkText } from "./header.ts";
import { MessageError, wrongField } from "./message-error.ts";
import { bareId, longestId } from "./message-id.ts";

/** What was found in a field of message ids. */
export interface ParsedMessageIds {
  /**
   * The ids in their order, each in its angle brackets. Any of them can be given to `references()` and `inReplyTo()`.
   */
  readonly ids: readonly string[];
  /**
   * Everything that is neither an id, white space nor a comment, in order: phrases, and ids that no header can contain.
   */
  readonly skipped: readonly string[];
}

/**
 * Message ids from fields that others wrote: `References`, `In-Reply-To` and `Message-ID`.
 *
 * @example
 * ```ts
 * const { ids } = MessageIds.parse("Your mail of Monday <1@example.net>\r\n <2@example.com>(again)");
 * Message.builder().references([...ids]); // <1@example.net> <2@example.com>
 * ```
 */
export const MessageIds: {
  /**
   * Reads a field of message ids: its value, folded or not. It follows RFC 5322 3.6.4 and, for what old and careless
   * programs write, 4.5.4: ids with or without white space between them, comments, phrases, white space around the dots
   * of an id.
   *
   * An id is the text in angle brackets. One of printable ASCII that fits in a line is not changed, because a thread is
   * found again only by the same octets. Everything else is skipped, so that no word becomes an id.
   *
   * @throws MessageError if `text` is not a string.
   */
  parse(text: string): ParsedMessageIds;
} = Object.freeze({
  parse(text: string): ParsedMessageIds {
    if (typeof text !== "string") throw wrongField("text", "a string", text);
    const pieces = readPieces(text);
    return {
      ids: pieces.flatMap(({ id }) => id ?? []),
      skipped: joined(text, pieces),
    };
  },
});

/**
 * Reads the ids that a caller gives for a header, like {@link MessageIds}, but refuses what is neither an id nor a
 * phrase. A text that consists only of bare ids (`1@example.net 2@example.net`) is accepted too.
 *
 * @throws MessageError naming the position; also if there is no id.
 */
export function messageIds(text: string, field: string): string[] {
  // Unfolded without moving anything: positions stay those of what was given.
  const unfolded =
    typeof text === "string" ? text.replace(/\r?\n(?=[ \t])/g, (end) => " ".repeat(end.length)) : text;
  checkText(unfolded, field);
  const bare = bareIds(unfolded);
  if (bare !== undefined) return bare;
  const pieces = readPieces(unfolded);
  const stranger = pieces.find(({ id, isPhrase }) => id === undefined && !isPhrase);
  if (stranger !== undefined) {
    const { start } = stranger;
    throw new MessageError(
      `${field}: expected message ids such as <left@right>, of at most ${longestId} printable ASCII characters, got something else at position ${start}`,
      { field, position: start },
    );
  }
  const ids = pieces.flatMap(({ id }) => id ?? []);
  if (ids.length > 0) return ids;
  throw new MessageError(`${field}: expected a message id such as <left@right>, got none`, {
    field,
    position: 0,
  });
}

/** A part of the text: an id or another word. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly id: string | undefined;
  /** Whether the word may be part of a phrase, which RFC 5322 4.5.4 allows between ids. */
  readonly isPhrase: boolean;
}

function readPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  // Once a quote or a comment has no end, no later one is looked for: that keeps the time linear.
  const closes = { quotes: true, comments: true };
  for (let at = 0; at < text.length; ) {
    const start = at;
    const first = text[at] as string;
    if (/\s/.test(first)) {
      at++;
      continue;
    }
    if (first === "(" && closes.comments) {
      const end = commentEnd(text, at);
      closes.comments = end !== undefined;
      at = end ?? at;
      if (end !== undefined) continue;
    }
    const bracketed = first === "<" ? readBrackets(text, at) : undefined;
    const quoted = first === '"' && closes.quotes ? matchAt(quotedString, text, at) : undefined;
    if (first === '"') closes.quotes = quoted !== undefined;
    at += (bracketed ?? quoted ?? matchAt(word, text, at) ?? first).length;
    pieces.push({
      start,
      end: at,
      id: bracketed && idOf(bracketed.slice(1, -1)),
      isPhrase: quoted !== undefined || (bracketed === undefined && atoms.test(text.slice(start, at))),
    });
  }
  return pieces;
}

/** The text from `<` to `>`; a `>` in quotes does not end it. */
function readBrackets(text: string, start: number): string | undefined {
  // With some white space and a comment in it, no id is longer than this; the bound keeps many open brackets cheap.
  const reach = text.slice(start, start + longestId + 100);
  return (/^<[^<>"]*(?:"(?:[^"\\]|\\.)*"[^<>"]*)*>/s.exec(reach) ?? /^<[^<>]*>/.exec(reach))?.[0];
}

/** The id, in brackets, that was written between them; undefined if no header can carry it. */
function idOf(written: string): string | undefined {
  const id = printable.test(written) ? written : withoutSpace(written);
  const isId = id !== undefined && id.length <= longestId && (printable.test(id) || withQuotes.test(id));
  return isId ? `<${id}>` : undefined;
}

/** An id of printable ASCII without spaces and brackets. */
const printable: RegExp = /^[!-;=?-~]+$/;
/** One in which quoted strings have spaces or brackets (obs-id-left of RFC 5322 4.5.4). */
const withQuotes: RegExp = /^(?:[!#-;=?-~]|"(?:[ !#-[\]-~]|\\[ -~])*")+$/;

/**
 * The id without the white space and comments that RFC 5322 4.5.4 allows around dots and at signs; with others it is
 * not an id.
 */
function withoutSpace(written: string): string | undefined {
  let id = "";
  let isApart = false;
  for (const [token] of written.matchAll(/"(?:[^"\\]|\\.)*"|\([^()]*\)|\s+|[^\s"(]+|["(]/gs)) {
    if (/^(?:\s|\(.)/.test(token)) {
      isApart = true;
      continue;
    }
    if (isApart && id !== "" && !/[.@]$/.test(id) && !/^[.@]/.test(token)) return undefined;
    id += token;
    isApart = false;
  }
  return id;
}

function matchAt(pattern: RegExp, text: string, start: number): string | undefined {
  pattern.lastIndex = start;
  return pattern.exec(text)?.[0];
}

const quotedString: RegExp = /"(?:[^"\\]|\\.)*"/sy;
const word: RegExp = /.[^\s<("]*/sy;
/** A word of a phrase (RFC 5322 3.2.5) that is not quoted, with the dots of its obsolete form. */
const atoms: RegExp = new RegExp(`^[.${wideAtomCharacters}]+$`);

/** The ids of a text that has nothing but bare ones. */
function bareIds(text: string): string[] | undefined {
  if (text.includes("<")) return undefined;
  const ids = text.split(/[ \t]+/).filter((id) => id !== "");
  const areBare = ids.length > 0 && ids.every((id) => id.length <= longestId && bareId.test(id));
  return areBare ? ids.map((id) => `<${id}>`) : undefined;
}

/** What was skipped: words without an id between them are joined. */
function joined(text: string, pieces: readonly Piece[]): string[] {
  const skipped: string[] = [];
  let from: number | undefined;
  for (const [index, { start, end, id }] of pieces.entries()) {
    if (id !== undefined) continue;
    from ??= start;
    const next = pieces[index + 1];
    if (next !== undefined && next.id === undefined) continue;
    skipped.push(text.slice(from, end));
    from = undefined;
  }
  return skipped;
}
