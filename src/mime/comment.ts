/**
 * Where the comment that begins at `start` with "(" ends (RFC 5322 3.2.2): the index behind its ")". Comments inside it and
 * quoted pairs are part of it.
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
 * The text with one space in place of each run of comments, blanks and folds, for formats in which these only separate and
 * nothing is quoted.
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
