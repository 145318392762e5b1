import { Header } from "../mime/header.ts";
import { wrongWord } from "../mime/message-error.ts";

/** How urgent a mail is for its reader. */
export type Priority = "high" | "normal" | "low";

/** The fields that state a priority. */
export const priorityNames: readonly string[] = ["Importance", "Priority", "X-Priority"];

/** The values by RFC 2156, and of the older field that Outlook, Apple Mail and Thunderbird read. */
const words = new Map<string, readonly string[]>([
  ["high", ["high", "urgent", "1 (Highest)"]],
  ["normal", ["normal", "normal", "3 (Normal)"]],
  ["low", ["low", "non-urgent", "5 (Lowest)"]],
]);

/** The fields of a priority. @throws MessageError if it is not one of the three. */
export function priorityHeaders(priority: Priority): Header[] {
  const values = words.get(priority);
  if (values === undefined) throw wrongWord("priority", '"high", "normal" or "low"', priority);
  return priorityNames.map((name, index) => {
    const value = values[index] ?? "";
    return Header.formatted(name, value, `${name}: ${value}`);
  });
}
