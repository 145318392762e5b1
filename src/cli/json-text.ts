/**
 * A text as JSON on one line, without control characters of any kind. Two lines are written for each mail: a general
 * JSON.stringify would be seen in the speed of a run, and most texts need only quotes.
 */
export function jsonText(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : jsonLine(text);
}

/**
 * A value as JSON on one line. The control characters that JSON leaves as they are become escape sequences, and so do
 * the line and paragraph separators, at which many readers end a line.
 */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNESCAPED, escaped);
}

/** A value as JSON on several lines, for people too; otherwise like {@link jsonLine}. */
export function jsonLines(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(UNESCAPED, escaped);
}

const PLAIN = /^[ !#-[\]-~]*$/;

const UNESCAPED = /[\x7f-\x9f\u2028\u2029]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
