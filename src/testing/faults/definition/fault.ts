import type { Reply } from "../../../protocol/reply.ts";
import type { ReceivedEnvelope } from "../../../protocol/server/envelope.ts";
import type { Session } from "../../../server/connection/session.ts";
import type { CertificateFlaw } from "../../certificates/server-certificate.ts";

/**
 * The point of a connection at which a fault strikes.
 *
 * - `"listen"`: whether the server accepts connections at all;
 * - `"connect"`: when a connection is accepted, before the greeting (and before implicit TLS); `"greeting"`: the
 *   greeting;
 * - `"tls"`: before a TLS handshake, also after STARTTLS;
 * - the commands by their names; `"auth-response"`: a line of the client that answers a 334; `"unknown"`: any other
 *   line;
 * - `"content"`: within the content of a message; `"final"`: at its end, after the dot or the last chunk of BDAT;
 * - `"error"`: each reply with 4xx or 5xx, from the server or from another fault.
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
  | "burl"
  | "etrn"
  | "atrn"
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

/** What is known at a point at which a fault may strike. */
export interface FaultMoment {
  /** The point. */
  readonly at: FaultPoint;
  /** The number of the connection; the first is 1. */
  readonly connection: number;
  /** What is known of the connection. */
  readonly session: Session;
  /** The command without its line end. Secrets are masked. */
  readonly line: string;
  /** The transaction so far, without the recipient of this RCPT. */
  readonly envelope: ReceivedEnvelope;
}

/** When a fault strikes. All conditions that are given must hold. */
export interface FaultCondition {
  /**
   * At `"rcpt"`, and at `"final"` in LMTP, the recipient that the reply is about; elsewhere one of the accepted
   * recipients. A string must match as a whole.
   */
  readonly recipient?: string | RegExp;
  /** The sender; `""` is the null sender. */
  readonly sender?: string | RegExp;
  /** The number of the connection; the first is 1. */
  readonly connection?: number;
  /** Only over TLS (`true`), or only without (`false`). */
  readonly secure?: boolean;
  /** Only after the client authenticated (`true`), or only before (`false`). */
  readonly authenticated?: boolean;
  /** Any other condition. */
  readonly test?: (moment: FaultMoment) => boolean;
  /** Only the n-th time that the conditions above hold; the first is 1. */
  readonly nth?: number;
  /** Not the first n times that the conditions above hold. */
  readonly after?: number;
  /** What `nth` and `after` count within; default `"server"`. */
  readonly per?: "server" | "connection" | "transaction";
  /** Only with this probability, from 0 to 1. The same seed, connection and occurrence always give the same result. */
  readonly chance?: number;
  /** The seed of `chance`; default 1. */
  readonly seed?: number;
}

/** The fields that all faults have. */
export interface FaultTrigger {
  /** The point at which it strikes. */
  readonly at: FaultPoint;
  /** When it strikes; by default always. */
  readonly when?: FaultCondition;
  /** How often it strikes, until it is lifted; by default without limit. */
  readonly times?: number;
  /** At `"content"`: after how many bytes of content, counted as they are sent; default 0. */
  readonly octet?: number;
  /**
   * At `"final"`: how often the message is stored, whatever the client is told; by default `"once"`, or `"never"` if
   * the reply refuses.
   */
  readonly keep?: "once" | "never" | "twice";
  /** At `"final"`: stores at most this number of bytes of the message. */
  readonly truncate?: number;
  /**
   * At `"final"`: stores the message with other values of these header fields, or with `null` without them. Names in
   * any case.
   */
  readonly rewrite?: Readonly<Record<string, string | null>>;
  /** At `"final"`: stores the message without the eighth bit of each byte. */
  readonly strip8bit?: boolean;
  /**
   * At `"final"`: accepts the message and returns a delivery status (RFC 3464) to its sender, which is stored as well.
   * It reports this reply of another server, such as `"550 5.1.1 Nobody"`, for all recipients.
   */
  readonly bounce?: string;
}

/** How a reply is sent. */
export interface FaultManner {
  /** Replies this number of milliseconds late. */
  readonly delay?: number;
  /** Sends the reply byte by byte, each in a packet of its own, with this number of milliseconds in between. */
  readonly tarpit?: number;
  /** Ends the connection: see {@link DropFault}. */
  readonly drop?: Drop;
  /** How the connection ends; default `"fin"`. */
  readonly by?: DropManner;
}

/**
 * Sends another reply. A refusal (4xx or 5xx) also keeps the command from the server, which does not act on it; any
 * other reply only replaces the one of the server. After 421 and 521 the connection closes, unless the fault `stays`.
 * After a 354 where no content is expected the server reads the content and refuses it with 554. After such a 334 it
 * reads the response and refuses it with 535.
 */
export interface ReplyFault extends FaultTrigger, FaultManner {
  /** The reply, such as `"450 4.7.1 Later"`. Separate lines by `\n`. */
  readonly reply: string | Reply;
  /** At `"bdat"`: does not read the bytes of a refused chunk, so that they are taken for commands. */
  readonly undiscarded?: boolean;
  /** Keeps the connection open after a 421 or 521, and goes on to answer, as some servers do. */
  readonly stays?: boolean;
}

/** Sends arbitrary bytes instead of the reply, a list in as many packets. The server acts on the command. */
export interface RawFault extends FaultTrigger, FaultManner {
  /** The bytes, as text, as bytes, or as a list of packets. */
  readonly raw: string | Uint8Array | readonly (string | Uint8Array)[];
  /** Sends the bytes below TLS, where the client expects TLS records. */
  readonly unencrypted?: boolean;
  /** How often the bytes are sent; default 1. `Infinity` goes on until the client closes the connection. */
  readonly repeat?: number;
}

/** Changes which extensions EHLO offers. */
export interface EhloFault extends FaultTrigger, FaultManner {
  /** The point: the reply to EHLO or LHLO. */
  readonly at: "ehlo" | "lhlo";
  /** Lines that are added to the reply, such as `"SIZE 10"` or `"auth=PLAIN LOGIN"`. */
  readonly offer?: readonly string[];
  /** Keywords that are removed from the reply, though the server supports them. */
  readonly conceal?: readonly string[];
}

/** Replies correctly, but late or slowly. */
export interface SlowFault extends FaultTrigger, Pick<FaultManner, "delay" | "tarpit"> {}

/** Sends nothing more until the client closes the connection. At `"content"` the server also reads nothing more. */
export interface StallFault extends FaultTrigger {
  /** Sends nothing more. */
  readonly stall: true;
}

/**
 * When the connection ends:
 *
 * - `"before"`: before the reply, after the server acted on the command;
 * - `"within"`: after half of the reply;
 * - `"after"`: after the reply.
 */
export type Drop = "before" | "within" | "after";

/**
 * How the connection ends:
 *
 * - `"fin"`: it is closed, over TLS with a close_notify;
 * - `"truncate"`: it is closed, over TLS without a close_notify, as an attacker could do;
 * - `"rst"`: it is reset;
 * - `"half-close"`: the server ends its side and goes on reading.
 */
export type DropManner = "fin" | "truncate" | "rst" | "half-close";

/**
 * Ends the connection. At `"connect"`, `"tls"` and `"content"` it ends at that point, because there is no reply. At
 * `"listen"` the server refuses connections until the fault is lifted; with `stall` they wait, as if the queue of the
 * server were full.
 */
export interface DropFault extends FaultTrigger {
  /** When the connection ends. */
  readonly drop: Drop;
  /** How the connection ends; default `"fin"`. */
  readonly by?: DropManner;
}

/** Refuses each combination of sender, recipient and client address for a while. */
export interface GreylistFault extends FaultTrigger {
  /** The point: RCPT. */
  readonly at: "rcpt";
  /** For a number of attempts, or for a number of milliseconds after the first; `true` is one attempt. */
  readonly greylist: { readonly attempts: number } | { readonly ms: number } | true;
  /** Default: `"450 4.2.0 Greylisted, try again later"`. */
  readonly reply?: string | Reply;
}

/**
 * Replies correctly, but stores the message in another way (`keep`, `truncate`, `rewrite`, `strip8bit`), or returns it
 * to its sender (`bounce`).
 */
export interface StorageFault extends FaultTrigger {
  /** The point: the end of a message. */
  readonly at: "final";
}

/** Does a TLS handshake with other settings. */
export interface TlsFault extends FaultTrigger {
  /** The point: the handshake. */
  readonly at: "tls";
  /** The settings that differ. */
  readonly tls: TlsChanges;
}

/** The settings of a TLS handshake that differ from those of the server. */
export interface TlsChanges {
  /** The lowest version. */
  readonly minVersion?: TlsVersion;
  /** The highest version. Below TLS 1.2 the server also accepts the weak keys and ciphers of that time. */
  readonly maxVersion?: TlsVersion;
  /** The only ciphers, as OpenSSL writes them: `"AES128-SHA"`. */
  readonly ciphers?: string;
  /** Uses a certificate that clients must refuse. */
  readonly certificate?: CertificateFlaw;
  /** Refuses clients without a certificate of the server's authority. */
  readonly clientCertificate?: "required";
  /** Refuses clients that offer only other protocols (ALPN, RFC 7301). */
  readonly alpn?: readonly string[];
}

/** A version of TLS, as `node:tls` writes it. */
export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** Lies in a SCRAM login, which clients must detect (RFC 5802 section 9). */
export interface ScramFault extends FaultTrigger {
  /** The point: AUTH. */
  readonly at: "auth";
  /** How it lies. */
  readonly scram: ScramLie;
}

/**
 * How the server lies in a SCRAM login:
 *
 * - `"wrong-signature"`: it sends a proof that does not match the password;
 * - `"no-signature"`: it sends 235 instead of a proof;
 * - `"foreign-nonce"`: it replaces the nonce of the client;
 * - `"few-iterations"`, `"many-iterations"`: it asks for 1 iteration, or for 1,000,000,000;
 * - `"no-salt"`: it sends no salt.
 */
export type ScramLie =
  | "wrong-signature"
  | "no-signature"
  | "foreign-nonce"
  | "few-iterations"
  | "many-iterations"
  | "no-salt";

/**
 * A mistake that a TestServer makes on purpose, as plain data: at which point, when, and what.
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

/** The limits of Postfix: it slows down after the tenth refusal in a connection, and closes after the twentieth. */
export const postfixErrorLimits: readonly Fault[] = [
  { at: "error", when: { nth: 20, per: "connection" }, reply: "421 4.7.0 Error: too many errors" },
  { at: "error", when: { after: 10, per: "connection" }, delay: 1000 },
];
