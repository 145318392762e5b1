import { checkText } from "../mime/header.ts";
import { MessageError, wrongWord } from "../mime/message-error.ts";

/**
 * The name under which a file is sent: the last part of its path. The rest would disclose the file system of the
 * sender, and is dangerous for the recipient.
 *
 * @throws MessageError if the name is blank, or has a control character or one that changes the direction of text.
 */
export function fileName(name: string, field: string): string {
  checkText(name, field);
  const turned = name.search(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
  if (turned >= 0) {
    const problem = `the character at position ${turned} changes the direction of text and disguises the name`;
    throw new MessageError(`${field}: ${problem}`, { field, position: turned });
  }
  const last = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  if (last.trim() !== "" && last !== "." && last !== ".." && !last.includes("\t")) return last;
  throw wrongWord(field, "the name of a file", name.slice(-40));
}
