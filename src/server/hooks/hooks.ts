import type { Duplex } from "node:stream";
import type { Address } from "../../address/address.ts";
import type { MailParameters, RcptParameters } from "../../protocol/parameters/parameters.ts";
import type { Reply, ReplyFields } from "../../protocol/reply.ts";
import type { ScramKeys } from "../../protocol/sasl/scram-keys.ts";
import type { EnvelopeRecipient, ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { Authentication } from "../../verify/authentication/authentication.ts";
import type { SpfVerdict } from "../../verify/spf/spf-verdict.ts";
import type { Session } from "../connection/session.ts";

/** A {@link Reply}, or a plain object of that shape. */
export type ReplyLike = Reply | ReplyFields;

/**
 * What a hook may return: nothing to go on, or a 4xx or 5xx reply to refuse. It may also throw such a reply.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that returns nothing is what this is about
export type Verdict = ReplyLike | void | undefined;

/** What every hook gets. */
export interface HookContext<State = Record<string, unknown>> {
  /** What is known of the connection. */
  readonly session: Session<State>;
  /**
   * Aborted when the connection is lost, or the hook has taken `timeouts.hook`: nothing waits for its answer any more.
   * A client that has only ended its own side of the connection still counts as connected.
   */
  readonly signal: AbortSignal;
}

/** A client has connected and waits for the greeting. */
export type ConnectContext<State = Record<string, unknown>> = HookContext<State>;

/** A client has introduced itself by EHLO, HELO or LHLO. */
export interface HelloContext<State = Record<string, unknown>> extends HookContext<State> {
  /** The command that the client used. */
  readonly verb: "HELO" | "EHLO" | "LHLO";
  /** The name that the client gives itself: a syntactically valid domain or address literal, but not verified. */
  readonly name: string;
}

/** A client wants to authenticate. */
export interface AuthContext<State = Record<string, unknown>> extends HookContext<State> {
  /** The SASL mechanism, by its name in the option `mechanisms`. */
  readonly mechanism: string;
  /**
   * The user that the client claims to be. `""` if EXTERNAL or OAUTHBEARER leave the name to the certificate or the
   * token.
   */
  readonly user: string;
  /** The password, for PLAIN and LOGIN. */
  readonly password?: string;
  /**
   * The access token, for XOAUTH2 and OAUTHBEARER. If the hook neither reads nor verifies the token, `{ user }` is
   * refused.
   */
  readonly token?: string;
  /**
   * Compares the secret of the client with the one that the host application holds: a password or token as text, or
   * keys that `deriveScramKeys` made from a password (for PLAIN, LOGIN and SCRAM with the same hash). The time it takes
   * does not depend on where the two differ.
   *
   * CRAM-MD5 and SCRAM show only a proof: `{ user }` is refused unless `verify` has resolved to true, and SCRAM
   * compares only the first secret. EXTERNAL has no secret: look at `session.tls.clientCertificate`.
   */
  verify(secret: string | ScramKeys): Promise<boolean>;
}

/** Only `{ user }` lets a client in. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that returns nothing refuses
export type AuthVerdict = { readonly user: string } | ReplyLike | void | undefined;

/** A client begins a transaction. */
export interface MailContext<State = Record<string, unknown>> extends HookContext<State> {
  /** The sender; `null` is the null reverse-path of bounces. */
  readonly from: Address | null;
  /** The parameters of MAIL, read and checked. */
  readonly parameters: MailParameters;
  /**
   * Whether the client may send for the domain of the sender. The first call asks DNS. If the client has logged in, the
   * result is `"none"`, and nothing is asked.
   *
   * @throws EnvoiError of kind `"configuration"` without the option `verify`.
   */
  readonly spf: () => Promise<SpfVerdict>;
}

/** A client names a recipient. */
export interface RecipientContext<State = Record<string, unknown>> extends HookContext<State> {
  /** The recipient. `<Postmaster>` is the postmaster at the hostname of the server. */
  readonly recipient: Address;
  /** The parameters of RCPT, read and checked. */
  readonly parameters: RcptParameters;
  /** The envelope so far, without this recipient. */
  readonly envelope: ReceivedEnvelope;
  /** Like `spf` of the hook `mail`; each mail is asked about once. */
  readonly spf: () => Promise<SpfVerdict>;
}

/**
 * `"accept"`, or a reply with 250 or 251, accepts; a 4xx or 5xx reply refuses. If the hook returns nothing, `domains`
 * and `relay` decide.
 */
export type RecipientVerdict = "accept" | Verdict;

/** A client sends a message. */
export interface DataContext<State = Record<string, unknown>> extends HookContext<State> {
  /** The sender, the recipients that were accepted, and the parameters of MAIL and RCPT. */
  readonly envelope: ReceivedEnvelope;
  /**
   * The message, byte for byte, after the Received field that the server adds. The iteration throws if the message
   * turns out to be incomplete; then discard what was read. Once a hook has begun to read, it gets the whole message or
   * an error, even if it returns first: the client gets its reply when both are done. A reader that takes nothing for
   * `timeouts.content` gets an error, and the client gets 451. If no hook has begun to read when `data` returns, the
   * content is discarded.
   */
  readonly content: AsyncIterable<Buffer>;
  /**
   * The whole content, for messages that fit into memory (at most `maxMessageSize`). Rejects with what the iteration
   * throws.
   */
  bytes(): Promise<Buffer>;
  /** Like `spf` of the hook `mail`; each mail is asked about once. */
  readonly spf: () => Promise<SpfVerdict>;
  /**
   * Who sent the message: SPF, DKIM, ARC and DMARC, of the bytes that the client sent. Read the content first, or begin
   * to read it and stop; then it resolves when all of it has arrived and been verified. If the client has logged in,
   * all results are `"none"`, and nothing is looked at.
   *
   * @throws EnvoiError of kind `"configuration"` before the content was read, and without the option `verify`; what the
   * iteration throws if the message is not complete.
   */
  readonly authentication: () => Promise<Authentication>;
  /**
   * In LMTP, refuses the message for one recipient of the envelope. The other recipients get the verdict of the hook.
   *
   * @throws EnvoiError of kind `"configuration"` in SMTP, which has one verdict for all recipients; if the recipient is
   * not in the envelope; or if the reply does not refuse.
   */
  refuse(recipient: EnvelopeRecipient, reply: ReplyLike): void;
}

/** A client that has logged in sends as an address. */
export interface SenderContext<State = Record<string, unknown>> extends HookContext<State> {
  /** Who has logged in. */
  readonly user: string;
  /** The address. */
  readonly address: Address;
  /** Where the address is: in MAIL, or in the field From or Sender of the message. */
  readonly where: "MAIL" | "From" | "Sender";
}

/** Only `true` lets the user send as the address. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that returns nothing refuses
export type SenderVerdict = boolean | ReplyLike | void | undefined;

/** A client asks that mail waiting for a host be sent (ETRN, RFC 1985). */
export interface EtrnContext<State = Record<string, unknown>> extends HookContext<State> {
  /** `"host"`: the mail for that host. `"subtree"`: for that domain and all below it. `"queue"`: of that queue. */
  readonly kind: "host" | "subtree" | "queue";
  /** A domain, in lower case and A-labels, or the name of a queue. */
  readonly name: string;
}

/** A client that has logged in wants its mail over the same connection (ATRN, RFC 2645). */
export interface AtrnContext<State = Record<string, unknown>> extends HookContext<State> {
  /** The domains whose mail it wants, in lower case and A-labels; empty for all that it may have. */
  readonly domains: readonly string[];
}

/**
 * Sends mail over a connection on which the client is now the server. It gets the connection when the client has got
 * 250; the greeting of the client comes next. When it resolves, the connection closes. The limits and timeouts of
 * the server do not apply any more; `close` of the server gives it the grace.
 */
export type TurnedConnection = (connection: Duplex) => Promise<void>;

/** A client submits a message, or a part of one, that is on an IMAP server (BURL, RFC 4468). */
export interface BurlContext<State = Record<string, unknown>> extends HookContext<State> {
  /**
   * The URL, as the client sent it: of one of `servers`, for one message or a part of one, with the authorization
   * `submit+` and the name of the user who has logged in. Whether it is valid only the IMAP server knows: give it the
   * URL by URLFETCH (RFC 4467). It is a secret: do not log it.
   */
  readonly url: string;
  /** The envelope of the message. */
  readonly envelope: ReceivedEnvelope;
}

/** How messages are fetched that clients submit by URL. */
export interface BurlOptions<State = Record<string, unknown>> {
  /** The IMAP servers whose URLs are fetched: a domain or an IP address, and a port if it is not 143. */
  readonly servers: readonly string[];
  /**
   * Fetches the octets at a URL; envoi itself connects to nothing. They are checked, counted and limited like octets
   * that the client sends. If it throws something other than a reply, the client gets 451 4.4.1; if there are no
   * octets, 554 5.6.6. Either ends the transaction.
   */
  fetch(context: BurlContext<State>): Awaitable<FetchedContent>;
}

/** The octets at a URL, or a refusal. */
export type FetchedContent = AsyncIterable<Uint8Array> | Uint8Array | ReplyLike;

/** An error whose text the client did not get. */
export interface ErrorContext<State = Record<string, unknown>> {
  /** What was thrown. */
  readonly error: unknown;
  /** The name of the hook that failed, or of the option `certificates` if its function did. */
  readonly hook: string;
  /** What is known of the connection. */
  readonly session: Session<State>;
}

type Awaitable<T> = T | Promise<T>;

/** The functions of the host application that the server calls. All are optional. */
export interface ServerHooks<State = Record<string, unknown>> {
  /** Called before the greeting. */
  connect?(context: ConnectContext<State>): Awaitable<Verdict>;
  /** Called at each EHLO, HELO and LHLO. */
  hello?(context: HelloContext<State>): Awaitable<Verdict>;
  /** Called at each attempt to authenticate. Without this hook AUTH is not offered. */
  auth?(context: AuthContext<State>): Awaitable<AuthVerdict>;
  /** Called at each MAIL. */
  mail?(context: MailContext<State>): Awaitable<Verdict>;
  /**
   * Called for each address that a client which has logged in sends as: the sender of MAIL, unless it is the null
   * sender, and the addresses in the fields From and Sender of the message. If it returns anything but `true`, the
   * client gets 553 5.7.1, or the reply that it returns. Without this hook users may send as any address.
   *
   * The message is refused also if it has no From field, several, or one that cannot be read.
   */
  sender?(context: SenderContext<State>): Awaitable<SenderVerdict>;
  /** Called at each RCPT. */
  recipient?(context: RecipientContext<State>): Awaitable<RecipientVerdict>;
  /**
   * Called when the content of a message begins. When it resolves, the host application is responsible for the message,
   * and the client gets 250.
   */
  data?(context: DataContext<State>): Awaitable<Verdict>;
  /**
   * Called at each ETRN; without this hook it is not offered. Returns 250, 251 (no messages), 252 (pending messages) or
   * 253 (so many pending messages), 458 (cannot be queued) or 459 (not allowed).
   */
  etrn?(context: EtrnContext<State>): Awaitable<ReplyLike>;
  /**
   * Called at each ATRN of a client that has logged in; without this hook it is not offered. Returns a function, which
   * gets the turned connection, or a refusal: 450 (not its domains), 451 (not now), 453 (no mail).
   */
  atrn?(context: AtrnContext<State>): Awaitable<TurnedConnection | ReplyLike>;
  /** Fetches what clients submit by URL (BURL). It is offered on listeners with `requireAuth`. */
  readonly burl?: BurlOptions<State>;
  /** Called with what a hook threw, unless it was a reply. Without this hook the server emits a process warning. */
  onError?(context: ErrorContext<State>): Awaitable<void>;
}
