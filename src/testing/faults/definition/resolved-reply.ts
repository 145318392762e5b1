import { Reply } from "../../../protocol/reply.ts";
import { refuseFault } from "./fault-fields.ts";

/** A reply in the words of RFC 5321, lines separated by `\n`. @throws EnvoiError of kind `"configuration"` */
export function resolveReply(field: string, reply: unknown): Reply {
  if (reply instanceof Reply) return reply;
  const all = typeof reply === "string" ? reply.split("\n") : [];
  const match = /^([2-5]\d\d)(?: +([245]\.\d{1,3}\.\d{1,3}))?(?: +(.*))?$/.exec(all[0] ?? "");
  if (match === null)
    throw refuseFault(field, `${JSON.stringify(reply)} is no reply: say "450 4.7.1 Later", or use raw`);
  return Reply.of(Number(match[1]), match[2], match[3] ?? "", ...all.slice(1));
}
