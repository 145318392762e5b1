import { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";
import type { Outcome } from "./command-handler.ts";
import { notImplemented } from "./refusals.ts";

/**
 * STARTTLS (RFC 3207 4): the connection makes the handshake when it gets the event. `Responder` refuses bytes that the
 * client sends after the command and before the handshake.
 */
export function starttls({ settings, secure }: Conversation): Outcome {
  if (secure) return Reply.of(503, "5.5.1", "TLS is active");
  return !settings.starttls || settings.without.has("STARTTLS") ? notImplemented : { type: "starttls" };
}
