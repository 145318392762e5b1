import type { Reply } from "../../../protocol/reply.ts";
import type { ReceivedEnvelope } from "../../../protocol/server/envelope.ts";
import type { Session } from "../../../server/connection/session.ts";
import type { CertificateFlaw } from "../../certificates/server-certificate.ts";

/**
 * Where in a conversation a fault strikes.
 *
 * - `"listen"`: before that: whether there is anybody to connect to;
 * - `"connect"`: on accept, before the greeting, and before TLS on a port that begins with it; `"greeting"`: the
 *   greeting;
 * - `"tls"`: before the handshake, behind the 220 to STARTTLS too;
 * - the commands by their names; `"auth-response"`: each line of the client that answers a 334; `"unknown"`: no command
 *   at all;
 * - `"content"`: amid the content of a message; `"final"`: its end, the dot or the last chunk of BDAT;
 * - `"error"`: each reply of class 4 or 5, whoever said it.
 */
export type FaultPoint =
  | "listen"
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
  /** Where in the conversation it is. */
  readonly at: FaultPoint;
  /** Which connection of the server it is: the first is 1. */
  readonly connection: number;
  /** What is known of the connection. */
  readonly session: Session;
  /** The command, without its line end; what authenticates is masked. */
  readonly line: string;
  /** The transaction so far, without the recipient that is being named. */
  readonly envelope: ReceivedEnvelope;
}

/** When a fault strikes: all that is given must hold. */
export interface FaultCondition {
  /**
   * At `"rcpt"`, and at `"final"` in LMTP, the recipient that the reply is about, anywhere else one that has been
   * accepted. A string must be equal, in whole.
   */
  readonly recipient?: string | RegExp;
  /** The sender; `""` is the null sender. */
  readonly sender?: string | RegExp;
  /** The connection, the first being 1. */
  readonly connection?: number;
  /** Only over TLS, or only in clear. */
  readonly secure?: boolean;
  /** Only once the client has authenticated, or only before. */
  readonly authenticated?: boolean;
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
  /** Where it strikes. */
  readonly at: FaultPoint;
  /** When it does; always. */
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
  /** At `"final"`: no more than so many octets of the message are kept. */
  readonly truncate?: number;
  /** At `"final"`: header fields that are kept with another value, or with `null` not at all. The name in any case. */
  readonly rewrite?: Readonly<Record<string, string | null>>;
  /** At `"final"`: the message is kept without the eighth bit of its octets. */
  readonly strip8bit?: boolean;
  /**
   * At `"final"`: the message is taken, and then comes back: its sender gets a delivery status (RFC 3464), which is
   * kept as well, about all recipients, with this reply of another server, such as `"550 5.1.1 Nobody"`.
   */
  readonly bounce?: string;
}

/** How words go out. */
export interface FaultManner {
  /** So many milliseconds late. */
  readonly delay?: number;
  /** Octet by octet, each in a packet of its own, with so many milliseconds in between. */
  readonly tarpit?: number;
  /** Then, or in their place, the connection ends: see {@link DropFault}. */
  readonly drop?: Drop;
  /** How it ends; `"fin"`. */
  readonly by?: DropManner;
}

/**
 * Other words. A refusal is said in place of obeying: the server does not hear the command. Anything else is said in
 * place of the server's own reply. Behind 421 and 521 the connection closes, unless it `stays`. 354 where nobody
 * expects content reads it, and refuses it with 554; 334 where nobody expects it reads the response, and refuses it
 * with 535.
 */
export interface ReplyFault extends FaultTrigger, FaultManner {
  /** `"450 4.7.1 Later"`; lines are separated by `\n`. */
  readonly reply: string | Reply;
  /** At `"bdat"`: does not read the octets of a chunk that is refused, so that they are taken for commands. */
  readonly undiscarded?: boolean;
  /** The connection stays open behind a 421 or 521, and the server goes on to answer, as some do. */
  readonly stays?: boolean;
}

/**
 * Octets in place of a reply, right or wrong, as they stand; a list goes out in as many packets. The command is obeyed.
 */
export interface RawFault extends FaultTrigger, FaultManner {
  /** The octets, as text, as they stand, or as a list of packets. */
  readonly raw: string | Uint8Array | readonly (string | Uint8Array)[];
  /** They go out underneath TLS, where no TLS record is to be found in them. */
  readonly unencrypted?: boolean;
  /** How often; once. `Infinity` goes on until the client leaves. */
  readonly repeat?: number;
}

/** Offers what is not there, or not what is there. */
export interface EhloFault extends FaultTrigger, FaultManner {
  /** Where offers are made. */
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
  /** Nothing more comes. */
  readonly stall: true;
}

/**
 * - `"before"` the reply, once the command has been obeyed;
 * - `"within"` the reply, half of which goes out;
 * - `"after"` the reply.
 */
export type Drop = "before" | "within" | "after";

/**
 * - `"fin"`: closes, over TLS with a close_notify;
 * - `"truncate"`: closes, over TLS without a close_notify, as somebody on the way could;
 * - `"rst"`: resets;
 * - `"half-close"`: says that nothing more comes, and goes on reading.
 */
export type DropManner = "fin" | "truncate" | "rst" | "half-close";

/**
 * The connection ends. At `"connect"`, `"tls"` and `"content"` there is no reply: it ends there. At `"listen"`
 * connections are refused until the fault is lifted; with `stall` there they are not even that, as where the queue of a
 * server is full.
 */
export interface DropFault extends FaultTrigger {
  /** When, in relation to the reply. */
  readonly drop: Drop;
  /** `"fin"`. */
  readonly by?: DropManner;
}

/** Refuses each recipient of each sender from each address for a while. */
export interface GreylistFault extends FaultTrigger {
  /** Where recipients are named. */
  readonly at: "rcpt";
  /** For so many attempts, or for so many milliseconds since the first; else for one attempt. */
  readonly greylist: { readonly attempts: number } | { readonly ms: number } | true;
  /** `"450 4.2.0 Greylisted, try again later"`. */
  readonly reply?: string | Reply;
}

/**
 * Tells the client the truth about a message, and keeps something else: by `keep`, `truncate`, `rewrite` or
 * `strip8bit`; or sends it back by `bounce`.
 */
export interface StorageFault extends FaultTrigger {
  /** Where messages are kept. */
  readonly at: "final";
}

/** The handshake is done, or refused, in a way of its own. */
export interface TlsFault extends FaultTrigger {
  /** Where handshakes are done. */
  readonly at: "tls";
  /** What about it is not as it is else. */
  readonly tls: TlsChanges;
}

/** What about a TLS handshake is not as it is else. */
export interface TlsChanges {
  /** Speaks none below it. */
  readonly minVersion?: TlsVersion;
  /** Speaks none above it; below TLS 1.2 it takes keys and ciphers as weak as they were then. */
  readonly maxVersion?: TlsVersion;
  /** Has these ciphers alone, as OpenSSL writes them: `"AES128-SHA"`. */
  readonly ciphers?: string;
  /** Shows another certificate. */
  readonly certificate?: CertificateFlaw;
  /** Refuses clients that have no certificate of the server's own authority. */
  readonly clientCertificate?: "required";
  /** Refuses clients that offer protocols (ALPN, RFC 7301), none of which is one of these. */
  readonly alpn?: readonly string[];
}

/** A version of TLS, as node:tls names it. */
export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** Lies in an exchange of SCRAM, which is what a client has to see through (RFC 5802 9). */
export interface ScramFault extends FaultTrigger {
  /** Where an exchange begins. */
  readonly at: "auth";
  /** What it lies about. */
  readonly scram: ScramLie;
}

/**
 * - `"wrong-signature"`: proves that it does not know the password;
 * - `"no-signature"`: says 235 in place of any proof;
 * - `"foreign-nonce"`: goes on from a nonce that is not the client's;
 * - `"few-iterations"`, `"many-iterations"`: asks for 1, or for 1,000,000,000, iterations;
 * - `"no-salt"`: gives no salt.
 */
export type ScramLie =
  | "wrong-signature"
  | "no-signature"
  | "foreign-nonce"
  | "few-iterations"
  | "many-iterations"
  | "no-salt";

/**
 * Something that a TestServer is to do wrong: plain data, where and when, and what.
 *
 * @example
 * ```ts
 * server.fail({ at: "rcpt", when: { recipient: /slow/ }, times: 2, reply: "450 4.7.1 Later" });
 * server.fail({ at: "final", drop: "before" }); // the message is kept, and the client never learns it
 * server.fail({ at: "content", octet: 1000, drop: "before", by: "rst" });
 * server.fail({ at: "ehlo", when: { secure: true }, conceal: ["AUTH"] });
 * server.fail({ at: "tls", tls: { maxVersion: "TLSv1.1" } });
 * server.fail({ at: "auth", scram: "wrong-signature" });
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
  | StorageFault
  | TlsFault
  | ScramFault;

/** As Postfix does: slower from the eleventh refusal of a connection on, and no more behind the twentieth. */
export const postfixErrorLimits: readonly Fault[] = [
  { at: "error", when: { nth: 20, per: "connection" }, reply: "421 4.7.0 Error: too many errors" },
  { at: "error", when: { after: 10, per: "connection" }, delay: 1000 },
];
