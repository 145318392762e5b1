import { Reply } from "../../protocol/reply.ts";

/** What the client gets if a hook fails or takes too long. */
export const localError: Reply = Reply.of(451, "4.3.0", "Local error, try again later");
