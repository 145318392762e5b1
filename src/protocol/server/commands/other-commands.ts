import { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";
import type { Outcome } from "./command-handler.ts";

/** RSET (RFC 5321 4.1.1.5). */
export function reset(conversation: Conversation): Outcome {
  conversation.reset();
  return Reply.of(250, "2.0.0", "Reset");
}

/** NOOP (RFC 5321 4.1.1.9). */
export function noop(): Outcome {
  return Reply.of(250, "2.0.0", "OK");
}

/** HELP (RFC 5321 4.1.1.8). */
export function help(): Outcome {
  return Reply.of(214, "2.0.0", "See RFC 5321");
}

/** VRFY: does not say whether the address exists (RFC 5321 7.3). */
export function verify(): Outcome {
  return Reply.of(252, "2.5.0", "Send some mail, it will be tried");
}

/** QUIT (RFC 5321 4.1.1.10). */
export function quit(conversation: Conversation): Outcome {
  conversation.close();
  return Reply.of(221, "2.0.0", "Bye");
}
