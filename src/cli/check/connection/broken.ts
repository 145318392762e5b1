/** The step of a conversation. */
export type Step =
  | "greeting"
  | "hello"
  | "starttls"
  | "tls"
  | "auth"
  | "mail"
  | "rcpt"
  | "reset"
  | "pipelining";

/** How a conversation ended before its end. */
export interface BrokenFacts {
  readonly step: Step;
  /**
   * `"timeout"`: nothing, or not enough, came in time. `"closed"`, `"reset"`: the connection ended. `"not-smtp"`: what
   * came is not a reply. `"unasked"`: a reply came that answers nothing. `"handshake"`: TLS failed.
   */
  readonly problem: "timeout" | "closed" | "reset" | "not-smtp" | "unasked" | "handshake";
  /** The first octets that came since the last command, as Latin-1. What the server chose: not safe to print. */
  readonly octets: string;
  /** The error code of OpenSSL or of the operating system. */
  readonly code?: string | undefined;
}

/** Ends a conversation. */
export class Broken extends Error {
  readonly facts: BrokenFacts;

  constructor(facts: BrokenFacts) {
    super(`${facts.step}: ${facts.problem}`);
    this.facts = facts;
  }
}
