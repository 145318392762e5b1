import type { Phase } from "../../protocol/phase.ts";

/**
 * How long each phase of a conversation may take, in milliseconds.
 *
 * Giving up early on the final reply leads to duplicates: the server may have accepted the mail (RFC 5321 4.5.3.2.6).
 */
export interface Timeouts {
  /** Name look-up, TCP and TLS handshakes. */
  readonly connect: number;
  /** Until the greeting is complete. */
  readonly greeting: number;
  /** Until the reply to a command is complete. */
  readonly command: number;
  /**
   * Without progress while content is sent, and until the reply to a chunk of it (RFC 3030) is complete. The kernel
   * accepts a megabyte and more before it reports progress again, so a server that reads slowly shows none for minutes.
   */
  readonly content: number;
  /** Until the reply to the content is complete. */
  readonly final: number;
}

/** The default timeout of the command phase: one minute. */
export const DEFAULT_TIMEOUT = 60_000;

/**
 * The default timeouts. `content` and `final` are those of RFC 5321 4.5.3.2: giving up earlier may deliver a mail
 * twice.
 */
export const defaultTimeouts: Timeouts = {
  connect: 10_000,
  greeting: 30_000,
  command: DEFAULT_TIMEOUT,
  content: 180_000,
  final: 600_000,
};

/** The timeout of a phase. */
export function phaseTimeout(phase: Phase, timeouts: Timeouts): number {
  switch (phase) {
    case "queue":
    case "connect":
    case "tls":
      return timeouts.connect;
    case "greeting":
    case "content":
    case "final":
      return timeouts[phase];
    case "quit":
      return Math.min(timeouts.command, GOODBYE);
    default:
      return timeouts.command;
  }
}

/** The reply to QUIT is not worth a long wait. */
const GOODBYE = 5_000;
