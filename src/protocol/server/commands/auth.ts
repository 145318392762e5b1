import { Reply } from "../../reply.ts";
import { serverMechanisms } from "../../sasl/mechanisms.ts";
import { AuthExchange } from "../auth-exchange.ts";
import type { Conversation } from "../conversation.ts";
import type { CommandOf, Outcome } from "./command-handler.ts";
import { helloFirst, notImplemented } from "./refusals.ts";

/** AUTH (RFC 4954 4): begins an {@link AuthExchange}. */
export function auth(
  conversation: Conversation,
  { mechanism: name, initialResponse }: CommandOf<"AUTH">,
): Outcome {
  const { settings, secure, user, extended } = conversation;
  if (settings.mechanisms.length === 0 || settings.without.has("AUTH")) return notImplemented;
  if (!extended) return helloFirst;
  if (user !== undefined) return Reply.of(503, "5.5.1", "Authenticated already");
  if (!secure && !conversation.allowsPlaintextCredentials)
    return Reply.of(538, "5.7.11", "Authenticate over TLS only");
  const mechanism = conversation.mechanisms.includes(name) ? serverMechanisms.get(name) : undefined;
  if (mechanism === undefined) return Reply.of(504, "5.5.4", "Mechanism not implemented");
  const exchange = new AuthExchange(conversation, mechanism);
  conversation.exchange = exchange;
  return exchange.start(initialResponse);
}
