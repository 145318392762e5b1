import type { KeyDerivation } from "./scram-keys.ts";

/** A step of the client's half: octets to send, `null` if the server begins, or a key to derive. */
export type Saying = Uint8Array | null | KeyDerivation;

/**
 * The client's half of a mechanism with its secret. It is resumed with a challenge, or with the key, and ends when it
 * returns; a later challenge gets an empty response.
 */
export type ClientHalf = Generator<Saying, void, Buffer> | AsyncGenerator<Saying, void, Buffer>;

/**
 * A SASL mechanism (RFC 4422), both halves in one place. A half is a generator: it yields what it sends and is resumed
 * with what the other end answered, as octets, without the base64 of SMTP.
 */
export interface MechanismHalves<Secret, Attempt> {
  /** Its name in the AUTH line. */
  readonly name: string;
  /**
   * The client. It first yields the initial response, or `null` if the server begins. It ends when it returns; the
   * caller answers a later challenge with an empty response.
   */
  client(secret: Secret): Generator<Buffer | null, void, Buffer>;
  /**
   * The server. It yields challenges (first an empty one, which an initial response replaces) and returns the attempt,
   * or `undefined` if a response is malformed.
   */
  server(): Generator<Buffer, Attempt | undefined, Buffer>;
  /** Whether the client reads no challenge: then one that is not base64 is answered like any other. */
  readonly unread?: true;
  /** A challenge that reports the refusal; the client answers it before it gets the 535. */
  readonly refusal?: Buffer;
}

/** A user and a password that a server has received, in plaintext. */
export interface PasswordAttempt {
  readonly user: string;
  readonly password: string;
}

/** A user and an OAuth 2 access token that a server has received. */
export interface TokenAttempt {
  readonly user: string;
  readonly token: string;
}

/** The text of octets that must be UTF-8 without control characters, or `undefined`. */
export function saslText(octets: Buffer): string | undefined {
  const text = octets.toString("utf8");
  return /[\0-\x1f\x7f\ufffd]/.test(text) ? undefined : text;
}
