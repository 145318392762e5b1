import { encodedWords } from "./encoded-word.ts";
import { fold } from "./fold.ts";
import { checkText, Header } from "./header.ts";
import { MessageError } from "./message-error.ts";
import { phrase } from "./phrase.ts";

/**
 * A header of a mailing list that holds URLs (RFC 2369): each in angle brackets, commas between, comments in parentheses;
 * `List-Post` may say `NO` in their place. A URL is never cut.
 *
 * @throws MessageError naming the position of what is neither.
 */
export function listUrlHeader(name: string, value: string, field: string = name): Header {
  checkText(value, field);
  const lines = (utf8: boolean): string => fold(name, tokensOf(value, name, field, utf8));
  return Header.formatted(name, value.trim(), lines(false), () => lines(true));
}

/**
 * `List-Id` (RFC 2919): an id in angle brackets, which may have a phrase in front of it.
 *
 * @throws MessageError if it is none.
 */
export function listIdHeader(name: string, value: string, field: string = name): Header {
  const trimmed = checkText(value, field).trim();
  const match = /^(?:"((?:[^"\\]|\\.)*)"[ \t]*|([^<>"]*))<([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,255})>$/.exec(
    trimmed,
  );
  const id = match?.[3];
  if (match === null || id === undefined)
    throw new MessageError(`${field}: an id such as News <news.example.com> is expected`, { field });
  const text = (match[1]?.replace(/\\(.)/gs, "$1") ?? match[2] ?? "").trim();
  const lines = (utf8: boolean): string =>
    fold(name, [...(text === "" ? [] : phrase(text, name.length + 2, utf8)), ` <${id}>`]);
  return Header.formatted(name, trimmed, lines(false), () => lines(true));
}

/**
 * Checks a URL that is to stand in angle brackets in a header.
 *
 * @throws MessageError if it is not printable ASCII without spaces, has no scheme, or does not fit in a line.
 */
export function checkUrl(url: string, field: string): string {
  checkText(url, field);
  const position = url.search(/[^!-;=?-~]/);
  if (position >= 0) {
    throw new MessageError(
      `${field}: the character at position ${position} cannot stand in a URL; new URL(...).href encodes it`,
      { field, position },
    );
  }
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:./.test(url))
    throw new MessageError(`${field}: a URL with its scheme is expected`, { field, position: 0 });
  if (url.length > maxUrl)
    throw new MessageError(`${field}: a URL of more than ${maxUrl} characters does not fit in a line`, {
      field,
    });
  return url;
}

/** With its brackets, a comma and the longest name of a header, the line has no more than 998 octets. */
const maxUrl = 900;

/** A URL in brackets or the word NO, the comment behind it if there is one, and what ends the item. */
const item = /[ \t]*(?:<([^<>]*)>|(NO))(?:[ \t]*\(([^()]*)\))?[ \t]*(,|$)/y;

function tokensOf(value: string, name: string, field: string, utf8: boolean): string[] {
  const tokens: string[] = [];
  for (let at = 0; ; at = item.lastIndex) {
    item.lastIndex = at;
    const match = item.exec(value);
    const [, url, no, comment, separator] = match ?? [];
    if (match === null || (no !== undefined && !/^list-post$/i.test(name))) {
      throw new MessageError(
        `${field}: a URL in angle brackets is expected at position ${at}, with a comma before the next`,
        { field, position: at },
      );
    }
    tokens.push(url === undefined ? " NO" : ` <${checkUrl(url, field)}>`);
    if (comment !== undefined) tokens.push(...commentTokens(comment, utf8));
    if (separator === "") return tokens;
    tokens[tokens.length - 1] += ",";
  }
}

function commentTokens(comment: string, utf8: boolean): string[] {
  const stands = utf8 ? /^[ -~\u00a0-\u{10ffff}]*$/u : /^[ -~]*$/;
  const plain =
    stands.test(comment) && !comment.includes("=?") && !comment.includes("\\") && comment.length < 60;
  const words = plain ? comment.split(" ") : encodedWords(comment, "phrase", 2);
  words[0] = `(${words[0]}`;
  words[words.length - 1] += ")";
  return words.map((word) => ` ${word}`);
}
