/**
 * A text as JSON, without control characters of any kind. Two lines are written for each mail: a general
 * JSON.stringify would be seen in the speed of a run, and most texts need only quotes.
 */
export function jsonText(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : withoutC1(JSON.stringify(text));
}

/** JSON with the control characters that it leaves as they are in escape sequences. */
export function withoutC1(json: string): string {
  return json.replace(C1, escaped);
}

const PLAIN = /^[ !#-[\]-~]*$/;

const C1 = /[\x7f-\x9f]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
