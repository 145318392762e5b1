import type { Address } from "../../address/address.ts";
import type { XclientAttributes } from "../client-attributes/xclient.ts";
import type { MailParameters, RcptParameters } from "../parameters/parameters.ts";
import type { QueueKind } from "../queue-commands.ts";
import type { Reply } from "../reply.ts";
import type { AuthAttempt } from "../sasl/auth-attempt.ts";
import type { HashName, ScramKeys } from "../sasl/scram-keys.ts";
import type { ClientStanding } from "./standing.ts";

/** A client introduces itself. */
export interface HelloEvent {
  readonly type: "hello";
  readonly verb: "HELO" | "EHLO" | "LHLO";
  /** The name the client gives itself. */
  readonly name: string;
  answer(verdict: Reply | undefined): void;
}

/** A client logs in. Only `{ user }` accepts it. */
export interface AuthEvent {
  readonly type: "auth";
  readonly mechanism: string;
  readonly attempt: AuthAttempt;
  answer(verdict: Reply | { readonly user: string }): void;
}

/** A client that will prove its identity has sent its name. The login continues with the keys of that user. */
export interface IdentifyEvent {
  readonly type: "identify";
  readonly mechanism: string;
  readonly user: string;
  readonly hash: HashName;
  proceed(keys: ScramKeys): void;
}

/**
 * The client of an `identify` event has proved its identity, or has failed to. This follows each such event, unless the
 * connection ends.
 */
export interface ProofEvent {
  readonly type: "proof";
  readonly proved: boolean;
  /** `{ user }` accepts only if `proved` is true. */
  answer(verdict: Reply | { readonly user: string }): void;
}

/** The exchange after a `proof` is over: the client is let in. */
export interface AuthenticatedEvent {
  readonly type: "authenticated";
  readonly user: string;
  readonly mechanism: string;
}

/** A proxy names its client by XCLIENT. */
export interface XclientEvent {
  readonly type: "xclient";
  readonly attributes: XclientAttributes;
  /** A reply refuses the client, and closes the connection. */
  answer(verdict: Reply | NewClient): void;
}

/** The client with which a conversation begins anew. */
export interface NewClient {
  readonly standing: ClientStanding;
  /** Who it is logged in as. */
  readonly user: string | undefined;
}

/** A transaction begins. */
export interface MailEvent {
  readonly type: "mail";
  readonly from: Address | null;
  readonly parameters: MailParameters;
  answer(verdict: Reply | undefined): void;
}

/** A recipient is named. */
export interface RecipientEvent {
  readonly type: "recipient";
  readonly recipient: Address;
  readonly parameters: RcptParameters;
  answer(verdict: Reply | undefined): void;
}

/** A client asks that mail waiting for it be sent. The answer is a reply of RFC 1985 section 5.3. */
export interface EtrnEvent {
  readonly type: "etrn";
  readonly kind: QueueKind;
  readonly name: string;
  answer(reply: Reply): void;
}

/** A client wants its mail over this connection, with the roles exchanged: 250 exchanges them (RFC 2645). */
export interface AtrnEvent {
  readonly type: "atrn";
  /** The domains whose mail it wants; empty for all of its own. */
  readonly domains: readonly string[];
  answer(reply: Reply): void;
}

/** A client gives the URL of a part of the message. If it is accepted, a `fetch` event follows. */
export interface BurlEvent {
  readonly type: "burl";
  readonly url: string;
  answer(refusal: Reply | undefined): void;
}

/** The octets at a URL must be passed to `take`, as if the client had sent them. */
export interface FetchEvent {
  readonly type: "fetch";
  /** Whether the message is refused already, so that no more octets are needed. */
  readonly refused: boolean;
  /** Checks and counts octets. Returns those that belong to the message, if any. */
  take(octets: Buffer): Buffer | undefined;
  /** All octets were taken, or they could not be fetched, which ends the transaction. */
  answer(failure: Reply | undefined): void;
}

/** The content of a message follows, as `content` events and one `end`. */
export interface DataEvent {
  readonly type: "data";
}

/** A piece of the content. */
export interface ContentEvent {
  readonly type: "content";
  readonly piece: Buffer;
}

/** What becomes of a message: one reply, or nothing, for all its recipients, or for each. */
export type ContentVerdict = Reply | undefined | readonly (Reply | undefined)[];

/** No more content comes. */
export interface EndEvent {
  readonly type: "end";
  /** What is wrong with the content, so that it cannot be accepted. */
  readonly problem: Reply | undefined;
  /** In LMTP (RFC 2033 4.2), also a verdict for each recipient of the envelope, in its order. */
  answer(verdict: ContentVerdict): void;
}

/** The content that has come so far belongs to no message: the client has given it up. */
export interface AbandonEvent {
  readonly type: "abandon";
}

/** Too many replies wait: write them, and wait for the client to take them, before going on. */
export interface PauseEvent {
  readonly type: "pause";
}

/** Write the replies and begin TLS; then call {@link Responder.secured}. */
export interface StarttlsEvent {
  readonly type: "starttls";
}

/** Write the replies and close the connection. */
export interface CloseEvent {
  readonly type: "close";
}

/**
 * An action of a client that the server must react to. After an event with `answer` or `proceed` nothing more is read
 * until it is called: with a negative reply to refuse, with nothing or another reply to accept.
 */
export type ServerEvent =
  | HelloEvent
  | AuthEvent
  | IdentifyEvent
  | ProofEvent
  | AuthenticatedEvent
  | XclientEvent
  | MailEvent
  | RecipientEvent
  | EtrnEvent
  | AtrnEvent
  | BurlEvent
  | FetchEvent
  | DataEvent
  | ContentEvent
  | EndEvent
  | AbandonEvent
  | PauseEvent
  | StarttlsEvent
  | CloseEvent;
