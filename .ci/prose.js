/**
 * Checks the width of prose: at most 120 columns, in comments and in Markdown. Text that cannot be broken may be wider:
 * tables, code, and one long word (a link).
 */

/** The maximum number of columns of a line of prose. */
export const widest = 120;

/** The lines of prose in a Markdown file that are too wide, each with its number and width. */
export function wideMarkdown(text) {
  let fence;
  return text.split("\n").flatMap((line, index) => {
    const [, mark] = /^[\s>]*(`{3,}|~{3,})/.exec(line) ?? [];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
      return [];
    }
    const literal = fence !== undefined || /^\s*\||^\[[^\]]+\]: /.test(line);
    return literal ? [] : tooWide(line, index + 1);
  });
}

/** The lines of a source with a comment that are too wide; examples count too. */
export function wideComments(text, comments) {
  const lines = text.split("\n");
  const numbers = comments.flatMap((comment) =>
    comment.text.split("\n").map((_, index) => comment.line + index),
  );
  return [...new Set(numbers)]
    .filter((number) => !/^\s*\* \|/.test(lines[number - 1]))
    .flatMap((number) => tooWide(lines[number - 1], number));
}

/** A line may be wider if one of its words does not fit any line. */
function tooWide(text, line) {
  const width = [...text].length;
  if (width <= widest) return [];
  const [margin] = /^[\s>*/-]*/.exec(text);
  const longest = Math.max(
    ...text
      .slice(margin.length)
      .split(/\s+/)
      .map((word) => [...word].length),
  );
  return margin.length + longest > widest ? [] : [{ line, width }];
}
