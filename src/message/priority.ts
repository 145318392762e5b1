import { Header } from "../mime/header.ts";
import { MessageError } from "../mime/message-error.ts";

/** How urgent a mail is to who reads it. */
export type Priority = "high" | "normal" | "low";

/** The fields that say it. */
export const priorityNames: readonly string[] = ["Importance", "Priority", "X-Priority"];

/** In the words of RFC 2156, and of the field of old that Outlook, Apple Mail and Thunderbird read. */
const words = new Map<string, readonly string[]>([
  ["high", ["high", "urgent", "1 (Highest)"]],
  ["normal", ["normal", "normal", "3 (Normal)"]],
  ["low", ["low", "non-urgent", "5 (Lowest)"]],
]);

/** @throws MessageError if it is none. */
export function priorityHeaders(priority: Priority): Header[] {
  const values = words.get(priority);
  if (values === undefined)
    throw new MessageError('priority: "high", "normal" or "low" is expected', { field: "priority" });
  return priorityNames.map((name, index) => {
    const value = values[index] ?? "";
    return Header.formatted(name, value, `${name}: ${value}`);
  });
}
