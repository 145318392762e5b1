import { closesConnection } from "../closing-reply.ts";
import { Failure } from "../failure.ts";
import type { Phase } from "../phase.ts";
import type { Reply } from "../reply.ts";

/**
 * The failure of a mail whose connection the server gives up by `reply`: nothing is said of the mail. After a 521 the
 * server takes no mail at all, so another connection does not help; after any other reply it may.
 */
export function connectionGivenUp(phase: Phase, reply: Reply): Failure {
  const what = closesConnection(reply) ? "the server closed the connection" : "the server is out of step";
  const permanent = reply.code === 521;
  return new Failure({
    kind: "connection",
    phase,
    message: `${what}: ${reply}`,
    reply,
    transient: !permanent,
    permanent,
  });
}

/**
 * As {@link connectionGivenUp}, for a mail that `reply` does not answer: whatever it is, another connection may help.
 */
export function connectionGone(phase: Phase, reply: Reply): Failure {
  return connectionGivenUp(phase, reply).with({ transient: true, permanent: false });
}
