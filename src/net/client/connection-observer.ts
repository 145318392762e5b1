import type { Failure } from "../../protocol/failure.ts";
import type { Phase } from "../../protocol/phase.ts";
import type { Reply } from "../../protocol/reply.ts";

/** Observes what is sent and received on a connection. */
export interface ConnectionObserver {
  /** Whether anything listens. It is asked each time, so nothing is prepared in vain. */
  readonly attentive: boolean;
  /** Commands were sent, each with its line end. */
  said(commands: string, phase: Phase): void;
  /** Content, or a piece of it, was sent. */
  content(octets: number): void;
  heard(reply: Reply, phase: Phase): void;
  /** The connection has ended; nothing follows. */
  ended(failure: Failure): void;
}
