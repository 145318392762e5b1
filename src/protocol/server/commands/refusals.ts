import { Reply } from "../../reply.ts";

/** Refuses a command before EHLO. */
export const helloFirst: Reply = Reply.of(503, "5.5.1", "Say EHLO first");

/** Refuses RCPT, DATA and BDAT before MAIL. */
export const mailFirst: Reply = Reply.of(503, "5.5.1", "Say MAIL first");

/** Refuses commands that are not allowed in a transaction. */
export const nested: Reply = Reply.of(503, "5.5.1", "A transaction is under way");

/** Refuses a command that the server does not offer. */
export const notImplemented: Reply = Reply.of(502, "5.5.1", "Not implemented");

/** Refuses a command that needs a login (RFC 4954 section 6). */
export const loginFirst: Reply = Reply.of(530, "5.7.0", "Authentication required");

/** Whether the host application refuses a command. */
export function isRefusal(verdict: Reply | undefined): verdict is Reply {
  return verdict !== undefined && !verdict.positive;
}
