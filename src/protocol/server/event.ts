import type { Address } from "../../address/address.ts";
import type { MailParameters, RcptParameters } from "../parameters.ts";
import type { Reply } from "../reply.ts";
import type { AuthAttempt } from "../sasl/attempt.ts";
import type { HashName, ScramKeys } from "../sasl/scram-keys.ts";

/** A client introduces itself. */
export interface HelloEvent {
  readonly type: "hello";
  readonly verb: "HELO" | "EHLO" | "LHLO";
  /** The name the client gives itself. */
  readonly name: string;
  answer(verdict: Reply | undefined): void;
}

/** A client has said who it is. Nothing but `{ user }` lets it in. */
export interface AuthEvent {
  readonly type: "auth";
  readonly mechanism: string;
  readonly attempt: AuthAttempt;
  answer(verdict: Reply | { readonly user: string }): void;
}

/** A client that is going to prove who it is has told its name: the exchange goes on with the keys of that user. */
export interface IdentifyEvent {
  readonly type: "identify";
  readonly mechanism: string;
  readonly user: string;
  readonly hash: HashName;
  proceed(keys: ScramKeys): void;
}

/**
 * The client of an `identify` event has proved who it is, or not, or will not. Follows each such event, unless the
 * connection ends.
 */
export interface ProofEvent {
  readonly type: "proof";
  readonly proved: boolean;
  /** `{ user }` counts only where it has been proved. */
  answer(verdict: Reply | { readonly user: string }): void;
}

/** The exchange after a `proof` is over: the client is let in. */
export interface AuthenticatedEvent {
  readonly type: "authenticated";
  readonly user: string;
  readonly mechanism: string;
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

/** Replies have piled up: they have to be taken, and the client has to take them, before it gets more. */
export interface PauseEvent {
  readonly type: "pause";
}

/** Once the replies are out, TLS begins; {@link Responder.secured} goes on. */
export interface StarttlsEvent {
  readonly type: "starttls";
}

/** Once the replies are out, the connection is to be closed. */
export interface CloseEvent {
  readonly type: "close";
}

/**
 * What a client has done, as far as somebody has to do something about it. An event with `answer` or `proceed` waits:
 * nothing more is read until it has been answered, with a negative reply to refuse, with nothing or a reply of one's
 * own to accept.
 */
export type ServerEvent =
  | HelloEvent
  | AuthEvent
  | IdentifyEvent
  | ProofEvent
  | AuthenticatedEvent
  | MailEvent
  | RecipientEvent
  | DataEvent
  | ContentEvent
  | EndEvent
  | AbandonEvent
  | PauseEvent
  | StarttlsEvent
  | CloseEvent;
