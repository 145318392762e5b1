import { guessText } from "../../text/charsets/web-charset.ts";

/** A header field, unfolded, not decoded. */
export interface ParsedHeader {
  /** As it was written. */
  readonly name: string;
  /** The value, unfolded and not decoded. */
  readonly value: string;
}

/** How much of a message's header sections may still be read. */
export interface HeadBudget {
  octets: number;
  fields: number;
}

/**
 * The fields of a header section, as far as the budget goes, and whether that is all of them. What is no field but a
 * line is one without value.
 */
export function readFields(
  octets: Buffer,
  budget: HeadBudget,
): { readonly fields: readonly ParsedHeader[]; readonly whole: boolean } {
  const text = guessText(octets.subarray(0, Math.max(0, budget.octets)));
  const fields: ParsedHeader[] = [];
  let whole = octets.length <= budget.octets;
  budget.octets -= octets.length;
  let pieces: string[] = [];
  const finish = (): void => {
    if (pieces.length > 0) fields.push(fieldOf(pieces.join("")));
    pieces = [];
  };
  for (let at = 0; at < text.length; ) {
    const lf = text.indexOf("\n", at);
    const end = lf === -1 ? text.length : lf;
    const line = text.slice(at, end > at && text[end - 1] === "\r" ? end - 1 : end);
    if (text[at] !== " " && text[at] !== "\t") finish();
    at = end + 1;
    if (pieces.length === 0 && budget.fields-- <= 0) {
      whole = false;
      break;
    }
    pieces.push(line);
  }
  finish();
  return { fields, whole };
}

function fieldOf(line: string): ParsedHeader {
  const colon = line.indexOf(":");
  if (colon === -1) return { name: trimmed(line), value: "" };
  return { name: trimmed(line.slice(0, colon)), value: trimmed(line.slice(colon + 1)) };
}

/** The value of the first field of a name, which is in lower case. */
export function firstValue(fields: readonly ParsedHeader[], name: string): string | undefined {
  return fields.find((field) => field.name.toLowerCase() === name)?.value;
}

/** Without the blanks around it, and no others: those of Unicode belong to the name (and make it another). */
function trimmed(text: string): string {
  let begin = 0;
  let end = text.length;
  while (begin < end && isBlank(text, begin)) begin++;
  while (end > begin && isBlank(text, end - 1)) end--;
  return text.slice(begin, end).replaceAll("\r", " ");
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x09 || code === 0x0d;
}
