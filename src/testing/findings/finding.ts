import type { Session } from "../../server/connection/session.ts";

/** The rules whose violation a server can see, each with the section of its RFC. */
export const findingRules = {
  "pipelining-unadvertised":
    "did not wait for a reply, though the server had not offered PIPELINING (RFC 2920 3.1)",
  "pipelining-past-synchronisation":
    "did not wait for a reply that it must wait for (RFC 2920 3.1, RFC 5321 4.3.1)",
  "extension-unadvertised": "used an extension that the server had not offered (RFC 5321 2.2.1)",
  "8bit-undeclared": "sent 8-bit content without BODY=8BITMIME (RFC 6152 3)",
  "non-ascii-without-smtputf8": "sent non-ASCII addresses or header fields without SMTPUTF8 (RFC 6531 3.4)",
  "size-exceeded": "sent more octets than SIZE had declared (RFC 1870 6.1)",
  "command-syntax": "sent a command with a syntax error that servers may forgive (RFC 5321 4.1.1)",
  "command-too-long": "sent a command line above its limit (RFC 5321 4.5.3.1.4)",
  "line-too-long": "sent a line of content above 998 octets (RFC 5321 4.5.3.1.6)",
  "dot-unstuffed": "began a line of content with one dot (RFC 5321 4.5.2)",
  "bare-lf": "sent a bare LF (RFC 5321 2.3.8)",
  "bare-cr": "sent a bare CR (RFC 5321 2.3.8)",
  nul: "sent a NUL (RFC 5321 2.4)",
  "no-quit": "left without QUIT (RFC 5321 4.1.1.10)",
} as const;

/** The name of a rule. */
export type FindingRule = keyof typeof findingRules;

/** A violation of an RFC by a client, as far as the server can see it. */
export interface Finding {
  /** The rule. */
  readonly rule: FindingRule;
  /** What the client did. It never shows content, and shows addresses only in commands. */
  readonly text: string;
  /** The number of the connection; the first is 1. */
  readonly connection: number;
  /** What was known about the connection at that time. */
  readonly session: Session;
  /** The last command. Secrets are masked. */
  readonly command: string;
}
