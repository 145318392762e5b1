import { Reply } from "../../reply.ts";

/** Refuses a command before EHLO. */
export const helloFirst: Reply = Reply.of(503, "5.5.1", "Say EHLO first");

/** Refuses RCPT, DATA and BDAT before MAIL. */
export const mailFirst: Reply = Reply.of(503, "5.5.1", "Say MAIL first");

/** Refuses commands that are not allowed in a transaction. */
export const nested: Reply = Reply.of(503, "5.5.1", "A transaction is under way");

/** Refuses a command that the server does not offer. */
export const notImplemented: Reply = Reply.of(502, "5.5.1", "Not implemented");

/** Whether the host application refuses a command. */
export function isRefusal(verdict: Reply | undefined): verdict is Reply {
  return verdict !== undefined && !verdict.positive;
}
