import type { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";
import type { CommandHandler, CommandOf, Outcome } from "./command-handler.ts";
import { dataWithoutRecipients } from "./data.ts";
import { helloFirst } from "./refusals.ts";

/** BDAT (RFC 3030 section 2): the octets of the chunk follow. */
export function bdat(conversation: Conversation, header: CommandOf<"BDAT">): Outcome {
  if (!conversation.extended) return refuseChunk(helloFirst)(conversation, header);
  conversation.chunk = { header, refusal: undefined };
  // `maxMessageSize` limits these.
  if (header.size > 0) conversation.commands--;
  if (conversation.state === "chunks") return undefined;
  conversation.beginChunk();
  return { type: "data" };
}

/** Refuses BDAT without recipients. */
export function bdatWithoutRecipients(conversation: Conversation, header: CommandOf<"BDAT">): Outcome {
  return refuseChunk(dataWithoutRecipients(conversation))(conversation, header);
}

/** Refuses a chunk after its octets have arrived (RFC 3030 section 2). */
export function refuseChunk(refusal: Reply): CommandHandler<"BDAT"> {
  return (conversation, header) => {
    conversation.chunk = { header, refusal };
    return undefined;
  };
}
