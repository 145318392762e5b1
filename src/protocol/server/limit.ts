import type { Reply } from "../reply.ts";
import type { ServerSettings } from "./settings.ts";

/** A limit of the settings that a client may exceed. */
export type Limit = keyof ServerSettings & `max${string}`;

const limits = new WeakMap<Reply, Limit>();

/** Marks a reply as the one to a client that exceeds a limit, and returns it. */
export function beyond(limit: Limit, reply: Reply): Reply {
  limits.set(reply, limit);
  return reply;
}

/** The limit that this reply is about, if it is about one. */
export function limitOf(reply: Reply): Limit | undefined {
  return limits.get(reply);
}
