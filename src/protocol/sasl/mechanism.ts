import type { KeyDerivation } from "./scram-keys.ts";

/** What a client's half comes up with: octets to say, `null` where the server is to speak first, or a key it needs. */
export type Saying = Uint8Array | null | KeyDerivation;

/**
 * The client's half of a mechanism that has been given its secret. It is resumed with a challenge, or with the key, and
 * is over when it returns; a challenge after that is answered with an empty response.
 */
export type ClientHalf = Generator<Saying, void, Buffer> | AsyncGenerator<Saying, void, Buffer>;

/**
 * A SASL mechanism (RFC 4422), both halves side by side. A half is a generator: it yields what it says and is resumed
 * with what the other end answered, as plain octets, without the base64 of SMTP.
 */
export interface MechanismHalves<Secret, Attempt> {
  /** As the AUTH line names it. */
  readonly name: string;
  /**
   * The client. The first thing it yields is the initial response; `null` where the server speaks first. It is over
   * when it returns; a challenge after that is answered by the caller with an empty response.
   */
  client(secret: Secret): Generator<Buffer | null, void, Buffer>;
  /**
   * The server. It yields challenges (the first, empty, where an initial response may stand instead) and returns what
   * was attempted, or `undefined` where the response makes no sense.
   */
  server(): Generator<Buffer, Attempt | undefined, Buffer>;
  /** The client reads no challenge: one that is not base64 is answered like any other. */
  readonly unread?: true;
  /** A challenge in which the server tells that it refuses; the client acknowledges it before the 535 goes out. */
  readonly refusal?: Buffer;
}

/** A user and a password that a server has been given, in clear. */
export interface PasswordAttempt {
  readonly user: string;
  readonly password: string;
}

/** A user and an OAuth 2 access token that a server has been given. */
export interface TokenAttempt {
  readonly user: string;
  readonly token: string;
}

/** The text of octets that must be UTF-8 without control characters, or `undefined`. */
export function saslText(octets: Buffer): string | undefined {
  const text = octets.toString("utf8");
  return /[\0-\x1f\x7f\ufffd]/.test(text) ? undefined : text;
}
