import { parseAuthorizedImapUrl } from "../../imap-url.ts";
import { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";
import type { CommandOf, Outcome } from "./command-handler.ts";
import { loginFirst } from "./refusals.ts";

/**
 * BURL (RFC 4468): a part of the message is fetched by its URL. Whatever goes wrong ends the transaction, because
 * otherwise the message would be accepted without that part.
 */
export function burl(conversation: Conversation, { url, last }: CommandOf<"BURL">): Outcome {
  const refusal = refusalOf(url, conversation);
  if (refusal !== undefined) {
    conversation.reset();
    return refusal;
  }
  const answer = (refusal: Reply | undefined) => {
    if (refusal === undefined) return conversation.fetch(last);
    conversation.reset();
    conversation.say(refusal);
  };
  return { type: "burl", url, answer };
}

/** Only what the user who has logged in was authorized to submit, from a server that is trusted (section 3.3). */
function refusalOf(url: string, { settings, user }: Conversation): Reply | undefined {
  if (user === undefined) return loginFirst;
  const read = parseAuthorizedImapUrl(url);
  if (read === undefined) return notUnderstood;
  if (settings.burl?.has(read.server) !== true) return notTrusted;
  const own = read.access.by === "submit" && read.access.user === user;
  return own ? undefined : notAuthorized;
}

const notUnderstood = Reply.of(554, "5.6.6", "This is not an IMAP URL of a message, with URLAUTH");
const notTrusted = Reply.of(554, "5.7.14", "The URL must be of an IMAP server that is trusted here");
const notAuthorized = Reply.of(
  554,
  "5.7.14",
  "The URL must have URLAUTH=submit+ and the user who has logged in",
);
