import { closesConnection } from "../closing-reply.ts";
import { Failure } from "../failure.ts";
import type { Phase } from "../phase.ts";
import type { Reply } from "../reply.ts";

/**
 * The failure of a mail because the server closes the connection with `reply`, which says nothing about the mail. After
 * 521 the server takes no mail at all, so another connection does not help; after any other reply it may.
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
 * Like {@link connectionGivenUp}, for a mail that `reply` does not answer: another connection may help, whatever the
 * reply is.
 */
export function connectionGone(phase: Phase, reply: Reply): Failure {
  return connectionGivenUp(phase, reply).with({ transient: true, permanent: false });
}
