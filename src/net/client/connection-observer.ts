import type { Failure } from "../../protocol/failure.ts";
import type { Phase } from "../../protocol/phase.ts";
import type { Reply } from "../../protocol/reply.ts";

/** Who is told of what is said on a connection, as it is said. */
export interface ConnectionObserver {
  /** Whether anybody wants to know; asked each time, so that nothing is made ready for nobody. */
  readonly attentive: boolean;
  /** Commands were said, each with its line end. */
  said(commands: string, phase: Phase): void;
  /** Content went out, or a piece of it. */
  content(octets: number): void;
  heard(reply: Reply, phase: Phase): void;
  /** The connection has ended; nothing more is told. */
  ended(failure: Failure): void;
}
