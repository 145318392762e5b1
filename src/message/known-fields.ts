import { MessageError } from "../mime/message-error.ts";
import { nearest } from "./nearest.ts";

/**
 * Checks that plain data has no field but known ones: a misspelt option that is ignored is a mail that is not as it was
 * meant. Only the object's own fields count.
 *
 * @param what what the object is, for the error: "a message"
 * @throws MessageError naming the nearest field.
 */
export function refuseUnknown(fields: object, known: readonly string[], what: string): void {
  if (typeof fields !== "object" || fields === null) throw new MessageError(`${what}: an object is expected`);
  for (const name of Object.keys(fields)) {
    if (known.includes(name)) continue;
    const written = JSON.stringify(name.slice(0, 60));
    throw new MessageError(`${written} is no field of ${what}; the nearest is ${nearest(name, known)}`, {
      field: name,
    });
  }
}
