import { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";
import { beyond } from "../limit.ts";
import { beyondOffer } from "../offered-extensions.ts";
import type { CommandOf, Outcome } from "./command-handler.ts";
import { isRefusal } from "./refusals.ts";

const senderAccepted = Reply.of(250, "2.1.0", "Sender accepted");
const tooMany = beyond("maxTransactions", Reply.of(421, "4.7.0", "Too many transactions"));

/** MAIL (RFC 5321 4.1.1.2). */
export function mail(conversation: Conversation, { from, parameters }: CommandOf<"MAIL">): Outcome {
  const { maxTransactions } = conversation.settings;
  if (maxTransactions > 0 && ++conversation.transactions > maxTransactions) return tooMany;
  const refusal = beyondOffer(parameters, conversation.settings);
  if (refusal !== undefined) return refusal;
  const answer = (verdict: Reply | undefined) => {
    if (isRefusal(verdict)) return conversation.say(verdict);
    conversation.begin(from, parameters);
    conversation.say(verdict ?? senderAccepted);
  };
  return { type: "mail", from, parameters, answer };
}
