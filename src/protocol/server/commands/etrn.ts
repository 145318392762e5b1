import type { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";
import type { CommandOf, Outcome } from "./command-handler.ts";
import { helloFirst } from "./refusals.ts";

/** ETRN (RFC 1985): the host application decides what is sent, and to whom. */
export function etrn(conversation: Conversation, { kind, name }: CommandOf<"ETRN">): Outcome {
  if (!conversation.extended) return helloFirst;
  const answer = (reply: Reply) => conversation.say(reply);
  return { type: "etrn", kind, name, answer };
}
