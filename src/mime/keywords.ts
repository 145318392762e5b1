import { commentTokens } from "./comment.ts";
import { fold } from "./fold.ts";
import { checkText, Header } from "./header.ts";
import { MessageError, wrongField } from "./message-error.ts";
import { phrase } from "./phrase.ts";
import { readPhrase } from "./phrase-reader.ts";

/**
 * Makes a header of keywords, separated by commas (RFC 5322 section 3.6.5). It is folded between keywords, and within a
 * keyword only where a phrase may be folded.
 *
 * @throws MessageError if there is no keyword, or one is empty or has a character that no header may contain.
 */
export function keywordsHeader(name: string, keywords: readonly string[], field: string): Header {
  for (const [index, keyword] of keywords.entries()) {
    if (checkText(keyword, field).trim() === "")
      throw new MessageError(`${field}: keyword ${index} is empty`, { field });
  }
  if (keywords.length === 0) throw wrongField(field, "at least one keyword", keywords);
  return written(
    name,
    keywords.map((text) => ({ text, comments: [] })),
  );
}

/**
 * The same for keywords in one text, as people write it: phrases separated by commas; a comma in quotes does not
 * separate. Elements may be empty (RFC 5322 section 4.1, obs-phrase-list).
 *
 * @throws MessageError if there is no keyword, a comment is alone, or a quoted string or a comment is not closed.
 */
export function parsedKeywordsHeader(name: string, value: string): Header {
  checkText(value, name);
  const keywords: Keyword[] = [];
  for (let at = 0; at <= value.length; ) {
    const { text, comments, end } = readPhrase(value, at, ",", name);
    if (text.trim() !== "") keywords.push({ text, comments });
    else if (comments.length > 0)
      throw new MessageError(`${name}: a keyword is expected beside the comment at position ${at}`, {
        field: name,
        position: at,
      });
    at = end + 1;
  }
  if (keywords.length === 0) throw wrongField(name, "at least one keyword", keywords);
  return written(name, keywords);
}

interface Keyword {
  readonly text: string;
  readonly comments: readonly string[];
}

function written(name: string, keywords: readonly Keyword[]): Header {
  const lines = (utf8: boolean): string => fold(name, tokensOf(keywords, name.length + 2, utf8));
  const value = keywords.map(({ text }) => text).join(", ");
  return Header.formatted(name, value, lines(false), () => lines(true));
}

function tokensOf(keywords: readonly Keyword[], firstColumn: number, utf8: boolean): string[] {
  return keywords.flatMap(({ text, comments }, index) => {
    const tokens = phrase(text, index === 0 ? firstColumn : 1, utf8);
    for (const comment of comments) tokens.push(...commentTokens(comment, utf8));
    if (index === keywords.length - 1) return tokens;
    // White space must surround an encoded word (RFC 2047 section 5).
    if (tokens.at(-1)?.endsWith("?=") === true) tokens.push(" ,");
    else tokens[tokens.length - 1] += ",";
    return tokens;
  });
}
