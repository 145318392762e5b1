import { checkNames, type NamesOf } from "../text/options/known-names.ts";
import { MessageError } from "./message-error.ts";

/**
 * Checks that plain data has only known fields.
 *
 * @param what the kind of the object, for the error: "a message"
 * @throws MessageError naming the nearest field.
 */
export function refuseUnknown<T extends object>(fields: T, known: NamesOf<NoInfer<T>>, what: string): void {
  checkNames(
    fields,
    known,
    (problem, field) => new MessageError(`${what}: ${problem}`, field === undefined ? {} : { field }),
  );
}
