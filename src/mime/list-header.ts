import { commentTokens } from "./comment.ts";
import { fold } from "./fold.ts";
import { checkText, Header } from "./header.ts";
import { MessageError, wrongField } from "./message-error.ts";
import { phrase } from "./phrase.ts";
import { readPhrase } from "./phrase-reader.ts";

/**
 * Makes a header of a mailing list with URLs (RFC 2369): each is in angle brackets, with commas between them and
 * comments in parentheses before or after; `List-Post` may be `NO` instead. A URL is never cut.
 *
 * @throws MessageError naming the position of anything else.
 */
export function listUrlHeader(name: string, value: string, field: string = name): Header {
  checkText(value, field);
  const lines = (utf8: boolean): string => fold(name, tokensOf(value, name, field, utf8));
  return Header.formatted(name, value.trim(), lines(false), () => lines(true));
}

/**
 * `List-Id` (RFC 2919): an id in angle brackets, which may have a phrase in front of it, and comments.
 *
 * @throws MessageError if the value is not an id.
 */
export function listIdHeader(name: string, value: string, field: string = name): Header {
  checkText(value, field);
  const front = readPhrase(value, 0, "<", field);
  listId.lastIndex = front.end;
  const id = listId.exec(value)?.[1];
  const back = id === undefined ? undefined : readPhrase(value, front.end + id.length + 2, "", field);
  if (id === undefined || back?.text !== "")
    throw wrongField(field, "an id such as News <news.example.com>", value);
  const tokens = (utf8: boolean): string[] => [
    ...(front.text === "" ? [] : phrase(front.text, name.length + 2, utf8)),
    ...front.comments.flatMap((comment) => commentTokens(comment, utf8)),
    ` <${id}>`,
    ...back.comments.flatMap((comment) => commentTokens(comment, utf8)),
  ];
  const lines = (utf8: boolean): string => fold(name, tokens(utf8));
  return Header.formatted(name, value.trim(), lines(false), () => lines(true));
}

/**
 * Checks a URL for angle brackets in a header.
 *
 * @throws MessageError if it is not printable ASCII without spaces, has no scheme, or does not fit in a line.
 */
export function checkUrl(url: string, field: string): string {
  checkText(url, field);
  const position = url.search(/[^!-;=?-~]/);
  if (position >= 0) {
    throw new MessageError(
      `${field}: expected printable ASCII at position ${position}. new URL(...).href encodes other characters`,
      { field, position },
    );
  }
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:./.test(url))
    throw new MessageError(`${field}: expected a URL with its scheme`, { field, position: 0 });
  if (url.length > maxUrl)
    throw new MessageError(`${field}: expected a URL of at most ${maxUrl} characters, got ${url.length}`, {
      field,
    });
  return url;
}

/** With its brackets, a comma and the longest name of a header, the line has no more than 998 octets. */
const maxUrl = 900;

function tokensOf(value: string, name: string, field: string, utf8: boolean): string[] {
  const tokens: string[] = [];
  for (let at = 0; ; ) {
    const front = readPhrase(value, at, "<,", field);
    url.lastIndex = front.end;
    const [bracketed, inside] = url.exec(value) ?? [];
    const isNo = bracketed === undefined && /^no$/i.test(front.text) && /^list-post$/i.test(name);
    const back = bracketed === undefined ? undefined : readPhrase(value, url.lastIndex, "<,", field);
    const end = back?.end ?? front.end;
    const isItem = isNo || (inside !== undefined && front.text === "" && back?.text === "");
    if (!isItem || value[end] === "<") {
      throw new MessageError(
        `${field}: expected a URL in angle brackets at position ${at}, with a comma before the next`,
        { field, position: at },
      );
    }
    const comments = (all: readonly string[] = []) => all.flatMap((comment) => commentTokens(comment, utf8));
    const before = comments(front.comments);
    const item = inside === undefined ? " NO" : ` <${checkUrl(inside, field)}>`;
    for (const token of isNo ? [item, ...before] : [...before, item, ...comments(back?.comments)])
      tokens.push(token);
    if (end === value.length) return tokens;
    tokens[tokens.length - 1] += ",";
    at = end + 1;
  }
}

const listId: RegExp = /<([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,255})>/y;
const url: RegExp = /<([^<>]*)>/y;
