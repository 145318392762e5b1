import type { ResponderTrace } from "../protocol/server/responder.ts";
import type { Session } from "./session.ts";

/** Who watches one connection. What authenticates is masked and content is not shown, only counted. */
export interface ConnectionObserver extends ResponderTrace {
  /** A piece of content, of so many octets, has arrived. */
  content(octets: number): void;
  /** Everything said so far has been written in one piece; the client's turn. */
  flushed(): void;
  /** A TLS handshake is over. */
  secured(session: Session): void;
  /** A TLS handshake has failed. */
  notSecured(): void;
  /** The connection is closed. */
  ended(): void;
}

/** The seam through which the laboratory looks at a server; the host has no use for it. */
export type Observe = (session: Session) => ConnectionObserver;
