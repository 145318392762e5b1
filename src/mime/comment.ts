import { encodedWords } from "./encoded-word.ts";

/**
 * Returns the index after the ")" of the comment that begins at `start` with "(" (RFC 5322 3.2.2). Nested comments and
 * quoted pairs belong to it.
 *
 * @returns undefined if it is not closed.
 */
export function commentEnd(text: string, start: number): number | undefined {
  parenthesis.lastIndex = start;
  for (let depth = 0; ; ) {
    const match = parenthesis.exec(text);
    if (match === null) return undefined;
    if (match[0] === "(") depth++;
    else if (match[0] === ")" && --depth === 0) return parenthesis.lastIndex;
  }
}

const parenthesis: RegExp = /[()]|\\./gs;

/**
 * The text with one space in place of each run of comments, blanks and folds, for formats in which these only separate
 * and nothing is quoted.
 *
 * @returns undefined if a comment is not closed.
 */
export function withoutComments(text: string): string | undefined {
  let plain = "";
  for (let at = 0; ; ) {
    const start = text.indexOf("(", at);
    if (start < 0) return (plain + text.slice(at)).replace(/(?:(?:\r?\n)?[ \t])+/g, " ");
    const end = commentEnd(text, start);
    if (end === undefined) return undefined;
    plain += `${text.slice(at, start)} `;
    at = end;
  }
}

/**
 * Writes a comment as tokens for `fold`, each with the space in front of it: with quoted pairs if it has brackets, as
 * encoded words if it has characters that must not stand as they are (RFC 2047 section 5).
 *
 * @param utf8 whether characters beyond ASCII may stand as they are (RFC 6532)
 */
export function commentTokens(comment: string, utf8: boolean): string[] {
  const stands = utf8 ? /^[ -~\u00a0-\u{10ffff}]*$/u : /^[ -~]*$/;
  const plain = stands.test(comment) && !comment.includes("=?") && comment.length < 60;
  const words = plain ? comment.replace(/[()\\]/g, "\\$&").split(" ") : encodedWords(comment, "phrase", 2, 2);
  words[0] = `(${words[0]}`;
  words[words.length - 1] += ")";
  return words.map((word) => ` ${word}`);
}
