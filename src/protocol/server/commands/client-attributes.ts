import { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";
import type { CommandOf, Outcome } from "./command-handler.ts";
import { isRefusal, notImplemented } from "./refusals.ts";

/** XCLIENT (Postfix, XCLIENT_README): the conversation begins anew, with another client. */
export function xclient(conversation: Conversation, { attributes }: CommandOf<"XCLIENT">): Outcome {
  const { xclient: allowed } = conversation.standing;
  if (allowed === undefined) return notImplemented;
  if (!Object.keys(attributes).every((name) => allowed.includes(name))) return unauthorized;
  return {
    type: "xclient",
    attributes,
    answer: (verdict) => {
      if (verdict instanceof Reply && isRefusal(verdict)) return conversation.greet(verdict);
      conversation.restart(verdict);
      conversation.greet();
    },
  };
}

/** XFORWARD (Postfix, XFORWARD_README): keeps what the next message came with. */
export function xforward(conversation: Conversation, { attributes }: CommandOf<"XFORWARD">): Outcome {
  const { xforward: allowed } = conversation.standing;
  if (allowed === undefined) return notImplemented;
  if (allowed.length === 0) return unauthorized;
  conversation.forward(attributes);
  return Reply.of(250, "2.0.0", "OK");
}

const unauthorized = Reply.of(550, "5.7.0", "Insufficient authorization");
