import { Failure } from "../failure.ts";
import type { Phase } from "../phase.ts";
import type { Reply } from "../reply.ts";

/** A reply that must be 2xx, 4xx or 5xx. @throws Failure if it is 3xx: the replies do not match the commands. */
export function completion(reply: Reply, phase: Phase): Reply {
  if (!reply.intermediate) return reply;
  const what = phase === "final" || phase === "content" ? "to content" : `to ${phase.toUpperCase()}`;
  const message = `protocol error: the server answered ${reply.code} ${what}`;
  throw new Failure({ kind: "protocol", phase, message, reply, transient: false, permanent: false });
}
