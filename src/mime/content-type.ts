import { checkText } from "./header.ts";
import { MessageError } from "./message-error.ts";
import type { Parameters } from "./parameters.ts";

/** A media type: `type/subtype` in small letters, and its parameters with names in small letters. */
export interface ContentType {
  readonly essence: string;
  readonly parameters: Parameters;
}

const essence = /^\s*([A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126})[ \t]*/;
const parameter =
  /;[ \t]*([A-Za-z0-9!#$&^_.+-]{1,60})=(?:([A-Za-z0-9!#$%&'*^_`{|}~.+-]+)|"((?:[^"\\]|\\.)*)")[ \t]*/y;

/**
 * Reads a media type with its parameters, such as `text/csv; charset=utf-8` (RFC 2045 section 5.1, RFC 6838 section
 * 4.2).
 *
 * @throws MessageError if the text is not a media type, or repeats a parameter.
 */
export function parseContentType(text: string, field: string): ContentType {
  checkText(text, field);
  const start = essence.exec(text);
  if (start === null)
    throw new MessageError(`${field}: expected a media type of the form type/subtype`, {
      field,
      position: 0,
    });
  const parameters = new Map<string, string>();
  let position = start[0].length;
  while (position < text.length) {
    parameter.lastIndex = position;
    const match = parameter.exec(text);
    const name = match?.[1]?.toLowerCase();
    if (match === null || name === undefined || parameters.has(name)) {
      throw new MessageError(
        `${field}: expected a parameter of the form ; name=value at position ${position}`,
        {
          field,
          position,
        },
      );
    }
    parameters.set(name, match[2] ?? (match[3] ?? "").replace(/\\(.)/gs, "$1"));
    position = parameter.lastIndex;
  }
  return { essence: (start[1] ?? "").toLowerCase(), parameters };
}
