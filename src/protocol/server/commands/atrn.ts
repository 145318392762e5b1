import { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";
import type { CommandOf, Outcome } from "./command-handler.ts";
import { helloFirst, loginFirst } from "./refusals.ts";

/** ATRN (RFC 2645 section 5.2.1): only for clients that have logged in, whatever else the listener requires. */
export function atrn(conversation: Conversation, { domains }: CommandOf<"ATRN">): Outcome {
  if (!conversation.extended) return helloFirst;
  if (conversation.user === undefined) return loginFirst;
  const answer = (reply: Reply) => conversation.say(reply);
  return { type: "atrn", domains, answer };
}

/** Refuses what comes behind ATRN before its reply; then the connection closes. */
export const behindAtrn: Reply = Reply.of(554, "5.5.1", "Nothing may follow ATRN before its reply");
