import { wrongWord } from "../mime/message-error.ts";
import { checkFileName } from "../mime/parameters.ts";

/**
 * The name under which a file is sent: the last part of its path. The rest would disclose the file system of the
 * sender, and is dangerous for the recipient.
 *
 * @throws MessageError if the name is blank, or has a control character or one that changes the direction of text.
 */
export function fileName(name: string, field: string): string {
  checkFileName(name, field);
  const last = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  if (last.trim() !== "" && last !== "." && last !== ".." && !last.includes("\t")) return last;
  throw wrongWord(field, "the name of a file", name.slice(-40));
}
