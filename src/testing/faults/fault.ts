import type { Reply } from "../../protocol/reply.ts";
import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { Session } from "../../server/session.ts";

/**
 * Where in a conversation a fault strikes.
 *
 * - `"connect"`: on accept, before the greeting, and before TLS on a port that begins with it; `"greeting"`: the greeting;
 * - `"tls"`: before the handshake, behind the 220 to STARTTLS too;
 * - the commands by their names; `"auth-response"`: each line of the client that answers a 334; `"unknown"`: no command at all;
 * - `"content"`: amid the content of a message; `"final"`: its end, the dot or the last chunk of BDAT;
 * - `"error"`: each reply of class 4 or 5, whoever said it.
 */
export type FaultPoint =
  | "connect"
  | "greeting"
  | "tls"
  | "helo"
  | "ehlo"
  | "lhlo"
  | "starttls"
  | "auth"
  | "auth-response"
  | "mail"
  | "rcpt"
  | "data"
  | "bdat"
  | "content"
  | "final"
  | "rset"
  | "noop"
  | "vrfy"
  | "expn"
  | "help"
  | "quit"
  | "unknown"
  | "error";

/** What is known when a fault may strike. */
export interface FaultMoment {
  readonly at: FaultPoint;
  /** Which connection of the server it is: the first is 1. */
  readonly connection: number;
  readonly session: Session;
  /** The command, without its line end; what authenticates is masked. */
  readonly line: string;
  /** The transaction so far, without the recipient that is being named. */
  readonly envelope: ReceivedEnvelope;
}

/** When a fault strikes: all that is given must hold. */
export interface FaultCondition {
  /** At `"rcpt"` the recipient, anywhere else one that has been accepted. A string must be equal, in whole. */
  readonly recipient?: string | RegExp;
  /** The sender; `""` is the null sender. */
  readonly sender?: string | RegExp;
  /** The connection, the first being 1. */
  readonly connection?: number;
  /** Only over TLS, or only in clear. */
  readonly secure?: boolean;
  /** Anything else. */
  readonly test?: (moment: FaultMoment) => boolean;
  /** Only the n-th time that everything above holds, the first being 1. */
  readonly nth?: number;
  /** Only from then on: not the first n times that everything above holds. */
  readonly after?: number;
  /** Within what `nth` and `after` count; `"server"`. */
  readonly per?: "server" | "connection" | "transaction";
  /** With this probability, from 0 to 1. The same seed, connection and occurrence always come to the same. */
  readonly chance?: number;
  /** What `chance` is drawn from; 1. */
  readonly seed?: number;
}

/** What all faults have. */
export interface FaultTrigger {
  readonly at: FaultPoint;
  readonly when?: FaultCondition;
  /** How often it strikes, for as long as it is not lifted; without end. */
  readonly times?: number;
  /** At `"content"`: behind so many octets of content, as they are on the wire; 0. */
  readonly octet?: number;
  /**
   * At `"final"`: whether the message is kept, whatever the client is told; by default `"once"`, and `"never"` for a
   * refusal.
   */
  readonly keep?: "once" | "never" | "twice";
}

/** How words go out. */
export interface FaultManner {
  /** So many milliseconds late. */
  readonly delay?: number;
  /** Octet by octet, each in a packet of its own, with so many milliseconds in between. */
  readonly tarpit?: number;
  /** Then, or in their place, the connection ends: see {@link DropFault}. */
  readonly drop?: Drop;
  readonly by?: DropManner;
}

/**
 * Other words. A refusal is said in place of obeying: the server does not hear the command. Anything else is said in
 * place of the server's own reply. Behind 421 and 521 the connection closes. 354 where nobody expects content reads
 * it, and refuses it with 554; 334 where nobody expects it reads the response, and refuses it with 535.
 */
export interface ReplyFault extends FaultTrigger, FaultManner {
  /** `"450 4.7.1 Later"`; lines are separated by `\n`. */
  readonly reply: string | Reply;
  /** At `"bdat"`: does not read the octets of a chunk that is refused, so that they are taken for commands. */
  readonly undiscarded?: boolean;
}

/** Octets in place of a reply, right or wrong, as they stand; a list goes out in as many packets. The command is obeyed. */
export interface RawFault extends FaultTrigger, FaultManner {
  readonly raw: string | Uint8Array | readonly (string | Uint8Array)[];
  /** How often; once. `Infinity` goes on until the client leaves. */
  readonly repeat?: number;
}

/** Offers what is not there, or not what is there. */
export interface EhloFault extends FaultTrigger, FaultManner {
  readonly at: "ehlo" | "lhlo";
  /** Lines of the reply, such as `"SIZE 10"` or `"auth=PLAIN LOGIN"`, as they are written. */
  readonly offer?: readonly string[];
  /** Keywords that are not offered, though the server knows them. */
  readonly conceal?: readonly string[];
}

/** Right, but late or slow. */
export interface SlowFault extends FaultTrigger, Pick<FaultManner, "delay" | "tarpit"> {}

/** Nothing more is said, and at `"content"` nothing more is read, until the client leaves. */
export interface StallFault extends FaultTrigger {
  readonly stall: true;
}

/**
 * - `"before"` the reply, once the command has been obeyed;
 * - `"within"` the reply, half of which goes out;
 * - `"after"` the reply.
 */
export type Drop = "before" | "within" | "after";

/**
 * - `"fin"`: closes;
 * - `"rst"`: resets;
 * - `"half-close"`: says that nothing more comes, and goes on reading.
 */
export type DropManner = "fin" | "rst" | "half-close";

/** The connection ends. At `"connect"`, `"tls"` and `"content"` there is no reply: it ends there. */
export interface DropFault extends FaultTrigger {
  readonly drop: Drop;
  /** `"fin"`. */
  readonly by?: DropManner;
}

/** Refuses each recipient of each sender from each address for a while. */
export interface GreylistFault extends FaultTrigger {
  readonly at: "rcpt";
  /** For so many attempts, or for so many milliseconds since the first; else for one attempt. */
  readonly greylist: { readonly attempts: number } | { readonly ms: number } | true;
  /** `"450 4.2.0 Greylisted, try again later"`. */
  readonly reply?: string | Reply;
}

/** Tells the client the truth about a message, and keeps it twice or never. */
export interface KeepFault extends FaultTrigger {
  readonly at: "final";
  readonly keep: "never" | "twice";
}

/**
 * Something that a TestServer is to do wrong: plain data, where and when, and what.
 *
 * @example
 * ```ts
 * server.fail({ at: "rcpt", when: { recipient: /slow/ }, times: 2, reply: "450 4.7.1 Later" });
 * server.fail({ at: "final", drop: "before" }); // the message is kept, and the client never learns it
 * server.fail({ at: "content", octet: 1000, drop: "before", by: "rst" });
 * server.fail({ at: "ehlo", when: { secure: true }, conceal: ["AUTH"] });
 * ```
 */
export type Fault =
  | ReplyFault
  | RawFault
  | EhloFault
  | SlowFault
  | StallFault
  | DropFault
  | GreylistFault
  | KeepFault;

/** As Postfix does: slower from the eleventh refusal of a connection on, and no more behind the twentieth. */
export const postfixErrorLimits: readonly Fault[] = [
  { at: "error", when: { nth: 20, per: "connection" }, reply: "421 4.7.0 Error: too many errors" },
  { at: "error", when: { after: 10, per: "connection" }, delay: 1000 },
];
