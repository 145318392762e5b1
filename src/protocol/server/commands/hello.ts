import { formatEhlo } from "../../extensions.ts";
import { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";
import type { CommandOf, Outcome } from "./command-handler.ts";
import { isRefusal, notImplemented } from "./refusals.ts";

const lhloOnly = Reply.of(500, undefined, "This is LMTP: say LHLO");
const noLhlo = Reply.of(500, undefined, "This is not LMTP");

/** HELO, EHLO (RFC 5321 4.1.1.1) and LHLO (RFC 2033 4.1). */
export function hello(
  conversation: Conversation,
  { verb, domain }: CommandOf<"HELO" | "EHLO" | "LHLO">,
): Outcome {
  if (conversation.settings.lmtp !== (verb === "LHLO")) {
    conversation.sayBare(conversation.settings.lmtp ? lhloOnly : noLhlo);
    return undefined;
  }
  if (verb === "EHLO" && conversation.settings.without.has("EHLO")) return notImplemented;
  const answer = (verdict: Reply | undefined) => {
    if (isRefusal(verdict)) return conversation.sayBare(verdict);
    conversation.introduced(verb !== "HELO");
    const { hostname } = conversation.settings;
    const lines = verb !== "HELO" ? formatEhlo(hostname, conversation.extensions) : [hostname];
    conversation.sayBare(Reply.of(250, undefined, ...lines));
  };
  return { type: "hello", verb, name: domain, answer };
}
