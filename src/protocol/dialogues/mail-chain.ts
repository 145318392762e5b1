import type { Dialogue } from "../dialogue.ts";
import type { Failure } from "../failure.ts";
import type { Phase } from "../phase.ts";
import type { ChainedMail } from "./mail-in-flight.ts";

/** Sends mails one after another over one connection. */
export interface MailChain {
  /** Sends `first` and the mails that wait after it, until none waits or the connection can take no more. */
  handOver(first: ChainedMail, state: ConnectionState): Dialogue<ChainEnd>;
  /**
   * Cancels one mail without affecting any other, and returns whether that was possible. It is not if no other mail is
   * under way: then the connection must be cut. A mail whose content has gone out is unknown from now on, and its late
   * reply is dropped.
   */
  callOff(mail: ChainedMail, reason: (phase: Phase) => Failure): boolean;
}

/** What is known of a connection before a mail goes over it. */
export interface ConnectionState {
  /** It was idle so long that the server may have closed it. */
  readonly stale: boolean;
  /** The server may still have an open transaction. */
  readonly unclean: boolean;
}

/** How a chain ended. */
export interface ChainEnd {
  /** Whether the connection can carry another mail. */
  readonly reusable: boolean;
  /** Whether RSET must precede it. */
  readonly unclean: boolean;
  /** The server has refused an envelope that followed content. */
  readonly chainingRefused: boolean;
}
