import type { AuthAttempt } from "./auth-attempt.ts";
import type { HashName, ScramKeys } from "./scram-keys.ts";

/** What a mechanism may know about the TLS connection. */
export interface Channel {
  /** Whether the client has sent a valid certificate. */
  readonly certified: boolean;
  /** Channel bindings by their registered names (RFC 5929, RFC 9266). */
  readonly bindings: ReadonlyMap<string, Buffer>;
}

/** What a mechanism must know about the server. */
export interface ServerContext {
  readonly hostname: string;
  readonly channel: Channel;
  /** A random text that is different in each exchange: printable, without a comma. */
  readonly nonce: string;
}

/** A request for the keys of this user, without which a mechanism cannot continue. */
export interface KeysWanted {
  readonly user: string;
  readonly hash: HashName;
}

/** The result for a client that proved itself in several steps. */
export interface Proof {
  readonly proved: boolean;
  /** The server's own proof, for the client. */
  readonly serverProof: Buffer;
}

/**
 * The server's half: yields challenges (first an empty one, which an initial response replaces) or asks for keys, and
 * returns the attempt, or `undefined` if a response is malformed.
 */
export type ServerHalf = Generator<Buffer | KeysWanted, AuthAttempt | Proof | undefined, Buffer | ScramKeys>;

/** A mechanism from the server's side. */
export interface ServerMechanism {
  /** Its name in the AUTH line. */
  readonly name: string;
  server(context: ServerContext): ServerHalf;
  /** Whether the client must not send an initial response. */
  readonly serverFirst?: true;
  /** A challenge that reports the refusal; the client answers it before it gets the 535. */
  readonly refusal?: Buffer;
  /** Whether it can be used over this channel; always if absent. */
  available?(channel: Channel): boolean;
}
