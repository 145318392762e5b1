import { Address } from "../../../address/address.ts";
import { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";
import { beyond } from "../limit.ts";
import type { CommandOf, Outcome } from "./command-handler.ts";
import { isRefusal } from "./refusals.ts";

const recipientAccepted = Reply.of(250, "2.1.5", "Recipient accepted");
const tooMany = beyond("maxRecipients", Reply.of(452, "4.5.3", "Too many recipients"));

/** RCPT (RFC 5321 4.1.1.3). */
export function rcpt(conversation: Conversation, { to, parameters }: CommandOf<"RCPT">): Outcome {
  const { maxRecipients, hostname } = conversation.settings;
  if (conversation.recipients >= maxRecipients) return tooMany;
  const address = to === "postmaster" ? Address.of("postmaster", hostname) : to;
  const answer = (verdict: Reply | undefined) => {
    if (isRefusal(verdict)) return conversation.refuseRecipient(verdict);
    conversation.add({ address, parameters });
    conversation.say(verdict ?? recipientAccepted);
  };
  return { type: "recipient", recipient: address, parameters, answer };
}
