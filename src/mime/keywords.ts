import { fold } from "./fold.ts";
import { checkText, Header } from "./header.ts";
import { MessageError } from "./message-error.ts";
import { phrase } from "./phrase.ts";

/**
 * A header of keywords with commas between (RFC 5322 section 3.6.5). Folded between keywords, and within one only where
 * a phrase may be.
 *
 * @throws MessageError if there is none, or one is empty or has a character that no header may hold.
 */
export function keywordsHeader(name: string, keywords: readonly string[], field: string): Header {
  for (const [index, keyword] of keywords.entries()) {
    if (checkText(keyword, field).trim() === "")
      throw new MessageError(`${field}: keyword ${index} is empty`, { field });
  }
  if (keywords.length === 0) throw new MessageError(`${field}: a keyword is expected`, { field });
  const lines = (utf8: boolean): string => fold(name, tokensOf(keywords, name.length + 2, utf8));
  return Header.formatted(name, keywords.join(", "), lines(false), () => lines(true));
}

function tokensOf(keywords: readonly string[], firstColumn: number, utf8: boolean): string[] {
  return keywords.flatMap((keyword, index) => {
    const tokens = phrase(keyword, index === 0 ? firstColumn : 1, utf8);
    if (index < keywords.length - 1) tokens[tokens.length - 1] += ",";
    return tokens;
  });
}
