import type { Dialogue } from "../dialogue.ts";
import type { Failure } from "../failure.ts";
import type { Phase } from "../phase.ts";
import type { ChainedMail } from "./mail-in-flight.ts";

/** Mails handed over one behind another on one connection. */
export interface MailChain {
  /** Hands over `first`, and what waits behind it, until nothing waits or the connection takes no more. */
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
  /** It was idle for so long that the server may have closed it. */
  readonly stale: boolean;
  /** Something may be left of the transaction before. */
  readonly unclean: boolean;
}

/** How a chain ended. */
export interface ChainEnd {
  /** Whether the connection can carry another mail. */
  readonly reusable: boolean;
  /** Whether RSET must go before it. */
  readonly unclean: boolean;
  /** The server was seen to refuse an envelope behind content. */
  readonly chainingRefused: boolean;
}
