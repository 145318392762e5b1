import { checkText } from "../mime/header.ts";
import { MessageError } from "../mime/message-error.ts";

/**
 * The name under which a file is sent: the last part of a path, for the rest is nobody's business and dangerous to who
 * receives it.
 *
 * @throws MessageError if it is blank, or has a control character or one that turns the direction of text.
 */
export function fileName(name: string, field: string): string {
  checkText(name, field);
  const turned = name.search(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
  if (turned >= 0) {
    const problem = `a character at position ${turned} turns the direction of text and disguises the name`;
    throw new MessageError(`${field}: ${problem}`, { field, position: turned });
  }
  const last = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  if (last.trim() !== "" && last !== "." && last !== ".." && !last.includes("\t")) return last;
  throw new MessageError(`${field}: ${JSON.stringify(name.slice(-40))} is no file name`, { field });
}
