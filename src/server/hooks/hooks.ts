import type { Address } from "../../address/address.ts";
import type { MailParameters, RcptParameters } from "../../protocol/parameters.ts";
import type { Reply, ReplyFields } from "../../protocol/reply.ts";
import type { ScramKeys } from "../../protocol/sasl/scram-keys.ts";
import type { EnvelopeRecipient, ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { Session } from "../connection/session.ts";

/** A {@link Reply}, or a plain object of that shape. */
export type ReplyLike = Reply | ReplyFields;

/** What a hook may return: nothing to go on, a 4xx or 5xx reply to refuse. Such a reply may be thrown as well. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that returns nothing is what this is about
export type Verdict = ReplyLike | void | undefined;

/** What every hook is given. */
export interface HookContext<State = Record<string, unknown>> {
  /** What is known of the connection. */
  readonly session: Session<State>;
  /**
   * Aborted when the connection is gone: nobody waits for the answer any more. A client that has only said that it is
   * done talking (which is also what is seen of most that have left, until something is said to them) still counts as
   * there.
   */
  readonly signal: AbortSignal;
}

/** A client has connected and waits for the greeting. */
export type ConnectContext<State = Record<string, unknown>> = HookContext<State>;

/** A client has said EHLO or HELO, or LHLO in LMTP. */
export interface HelloContext<State = Record<string, unknown>> extends HookContext<State> {
  /** The command it used. */
  readonly verb: "HELO" | "EHLO" | "LHLO";
  /** What it calls itself: syntactically a name or an address literal, no more. */
  readonly name: string;
}

/** A client wants to authenticate. */
export interface AuthContext<State = Record<string, unknown>> extends HookContext<State> {
  /** As the option `mechanisms` names it. */
  readonly mechanism: string;
  /** Who it says it is; `""` where EXTERNAL and OAUTHBEARER leave it to the certificate or the token. */
  readonly user: string;
  /** PLAIN and LOGIN. */
  readonly password?: string;
  /**
   * XOAUTH2 and OAUTHBEARER: the access token. Where the hook has neither read nor verified it, `{ user }` lets nobody
   * in.
   */
  readonly token?: string;
  /**
   * Compares what the client has shown with the secret that the host holds: the password, or the token, in clear; or
   * the keys made of a password by `deriveScramKeys`, which do for PLAIN, LOGIN and the SCRAM of the same hash. It
   * takes the same time wherever the two differ.
   *
   * CRAM-MD5 and SCRAM show nothing but a proof: there `{ user }` lets nobody in unless `verify` has resolved to true,
   * and with SCRAM only the first secret is compared. For EXTERNAL there is nothing to compare: look at
   * `session.tls.clientCertificate`.
   */
  verify(secret: string | ScramKeys): Promise<boolean>;
}

/** Nothing but `{ user }` lets a client in. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that returns nothing refuses
export type AuthVerdict = { readonly user: string } | ReplyLike | void | undefined;

/** A client begins a transaction. */
export interface MailContext<State = Record<string, unknown>> extends HookContext<State> {
  /** `null` is the null reverse-path of bounces. */
  readonly from: Address | null;
  /** The parameters of MAIL, read and checked. */
  readonly parameters: MailParameters;
}

/** A client names a recipient. */
export interface RecipientContext<State = Record<string, unknown>> extends HookContext<State> {
  /** The recipient; `<Postmaster>` is postmaster@ the server's hostname. */
  readonly recipient: Address;
  /** The parameters of RCPT, read and checked. */
  readonly parameters: RcptParameters;
  /** The envelope so far, without this recipient. */
  readonly envelope: ReceivedEnvelope;
}

/**
 * `"accept"`, or a 250 or 251 in one's own words, accepts; a 4xx or 5xx refuses. Nothing is no opinion: `domains` and
 * `relay` decide then.
 */
export type RecipientVerdict = "accept" | Verdict;

/** A client sends a message. */
export interface DataContext<State = Record<string, unknown>> extends HookContext<State> {
  /** The sender, the recipients that were accepted, and the parameters of MAIL and RCPT. */
  readonly envelope: ReceivedEnvelope;
  /**
   * The message, octet by octet as it was sent, behind the Received field that the server adds. The iteration throws if
   * the message turns out not to be whole: then nothing of it counts. A reader that has begun gets the whole message,
   * or an error, also if the hook returns first: the client has its reply when both are done. One that takes nothing
   * for `timeouts.content` gets an error, and the client 451. If nobody has begun to read when the hook returns, the
   * content is thrown away.
   */
  readonly content: AsyncIterable<Buffer>;
  /**
   * The same, collected, for messages that fit into memory: `maxMessageSize` at most. Rejects as the iteration throws.
   */
  bytes(): Promise<Buffer>;
  /**
   * In LMTP, refuses the message for one recipient of the envelope; the others get the verdict of the hook.
   *
   * @throws EnvoiError of kind `"configuration"` in SMTP, which knows one verdict for all, and for somebody else.
   */
  refuse(recipient: EnvelopeRecipient, reply: ReplyLike): void;
}

/** Something went wrong that the client has not been told about. */
export interface ErrorContext<State = Record<string, unknown>> {
  /** What was thrown. */
  readonly error: unknown;
  /** Where: the name of a hook. */
  readonly hook: string;
  /** What is known of the connection. */
  readonly session: Session<State>;
}

type Awaitable<T> = T | Promise<T>;

/** Where the host has a say. All hooks are optional. */
export interface ServerHooks<State = Record<string, unknown>> {
  /** Before the greeting. */
  connect?(context: ConnectContext<State>): Awaitable<Verdict>;
  /** At each EHLO, HELO and LHLO. */
  hello?(context: HelloContext<State>): Awaitable<Verdict>;
  /** At each attempt to authenticate; without this hook AUTH is not offered. */
  auth?(context: AuthContext<State>): Awaitable<AuthVerdict>;
  /** At MAIL. */
  mail?(context: MailContext<State>): Awaitable<Verdict>;
  /** At each RCPT. */
  recipient?(context: RecipientContext<State>): Awaitable<RecipientVerdict>;
  /** At the content. When it has resolved, the message is the host's: the client is told 250. */
  data?(context: DataContext<State>): Awaitable<Verdict>;
  /** What a hook threw, other than a reply; without it, a process warning. */
  onError?(context: ErrorContext<State>): Awaitable<void>;
}
