import type { AuthAttempt } from "./auth-attempt.ts";
import type { HashName, ScramKeys } from "./scram-keys.ts";

/** What TLS tells a mechanism. */
export interface Channel {
  /** Whether the client has shown a certificate that is valid. */
  readonly certified: boolean;
  /** Channel bindings by their registered names (RFC 5929, RFC 9266). */
  readonly bindings: ReadonlyMap<string, Buffer>;
}

/** What a mechanism needs to know of the server. */
export interface ServerContext {
  readonly hostname: string;
  readonly channel: Channel;
  /** What no client can foresee, and no other exchange has: printable, without a comma. */
  readonly nonce: string;
}

/** Before it can go on, a mechanism has to have the keys of this user. */
export interface KeysWanted {
  readonly user: string;
  readonly hash: HashName;
}

/** What a client that had to prove itself in several steps has come to. */
export interface Proof {
  readonly proved: boolean;
  /** The server's own proof, for the client to see. */
  readonly serverProof: Buffer;
}

/**
 * The server's half: it yields challenges (the first, empty, where an initial response may stand instead) or asks for
 * keys, and returns what was attempted, or `undefined` where a response makes no sense.
 */
export type ServerHalf = Generator<Buffer | KeysWanted, AuthAttempt | Proof | undefined, Buffer | ScramKeys>;

/** A mechanism as a server sees it. */
export interface ServerMechanism {
  /** As the AUTH line names it. */
  readonly name: string;
  server(context: ServerContext): ServerHalf;
  /** The client must not speak first. */
  readonly serverFirst?: true;
  /** A challenge in which the server tells that it refuses; the client acknowledges it before the 535 goes out. */
  readonly refusal?: Buffer;
  /** Whether it can be done over this channel; without it, always. */
  available?(channel: Channel): boolean;
}
