import { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";
import type { Outcome } from "./command-handler.ts";

const binary = Reply.of(503, "5.5.1", "BODY=BINARYMIME goes by BDAT");
const goOn = Reply.of(354, undefined, "End the message with a dot on a line of its own");

/** Refuses DATA in a message that comes by BDAT. */
export const chunked: Reply = Reply.of(503, "5.5.1", "The message is coming by BDAT");

/** DATA (RFC 5321 4.1.1.4). */
export function data(conversation: Conversation): Outcome {
  if (conversation.binary) return binary;
  conversation.say(goOn);
  return { type: "data" };
}

/**
 * Refuses DATA without recipients. All were refused, which a client that pipelines learns too late, or there were none
 * (RFC 5321 3.3).
 */
export function dataWithoutRecipients({ refusedRecipients, settings }: Conversation): Reply {
  // RFC 2033 4.2 allows only 503.
  return refusedRecipients && !settings.lmtp
    ? Reply.of(554, "5.5.1", "No recipient has been accepted")
    : Reply.of(503, "5.5.1", "Say RCPT first");
}
