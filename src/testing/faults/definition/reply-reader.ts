import { Reply } from "../../../protocol/reply.ts";
import { wrongChoice } from "../../../text/options/option-reader.ts";

/**
 * Reads a reply as RFC 5321 writes it, with `\n` between its lines: `"450 4.7.1 Later"`.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function readReply(value: unknown, field: string): Reply {
  if (value instanceof Reply) return value;
  const [first = "", ...others] = typeof value === "string" ? value.split("\n") : [];
  const match = /^([2-5]\d\d)(?: +([245]\.\d{1,3}\.\d{1,3}))?(?: +(.*))?$/.exec(first);
  if (match === null)
    throw wrongChoice(field, 'a reply such as "450 4.7.1 Later"', value, "To send something else, use raw");
  return Reply.of(Number(match[1]), match[2], match[3] ?? "", ...others);
}
