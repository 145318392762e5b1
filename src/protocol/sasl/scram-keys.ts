import { createHash, createHmac, pbkdf2, timingSafeEqual } from "node:crypto";
import { saslprep } from "./saslprep.ts";

/** The hash of a SCRAM mechanism. */
export type HashName = "sha1" | "sha256";

/**
 * What a server stores to authenticate a user by SCRAM (RFC 5802 3). It cannot be used to log in. {@link
 * deriveScramKeys} makes it.
 */
export interface ScramKeys {
  /** The hash of the mechanism. */
  readonly hash: HashName;
  /** The salt of the password: random, and different for each user. */
  readonly salt: Buffer;
  /** How often the password was hashed, at least 4,096 (RFC 7677 4). More iterations make guessing passwords slower. */
  readonly iterations: number;
  /** Compared with the proof of the client. */
  readonly storedKey: Buffer;
  /** Used for the server's own proof. */
  readonly serverKey: Buffer;
}

/** A key to be derived from a password (PBKDF2, RFC 8018), which takes a while. */
export interface KeyDerivation {
  /** The hash of the mechanism. */
  readonly hash: HashName;
  /** The password, in plaintext. */
  readonly password: string;
  /** The salt of the password: 16 random octets are enough. */
  readonly salt: Buffer;
  /** How often it is hashed, at least 4,096; more make logging in and breaking it slower. */
  readonly iterations: number;
}

/** Derives a key in a thread of its own. */
export function deriveKey({ hash, password, salt, iterations }: KeyDerivation): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const prepared = saslprep(password) ?? password;
    pbkdf2(prepared, salt, iterations, hashLength[hash], hash, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/**
 * Derives the keys of a user from the password.
 *
 * @example
 * ```ts
 * const salt = crypto.getRandomValues(Buffer.alloc(16));
 * const keys = await deriveScramKeys({ hash: "sha256", password: "secret", salt, iterations: 100_000 });
 * ```
 */
export async function deriveScramKeys(derivation: KeyDerivation): Promise<ScramKeys> {
  const { hash, salt, iterations } = derivation;
  const salted = await deriveKey(derivation);
  const storedKey = digest(hash, clientKeyOf(hash, salted));
  return { hash, salt, iterations, storedKey, serverKey: hmac(hash, salted, "Server Key") };
}

/** Whether the keys were made from this password. */
export async function keysMatch(keys: ScramKeys, password: string): Promise<boolean> {
  const { storedKey } = await deriveScramKeys({ ...keys, password });
  return storedKey.length === keys.storedKey.length && timingSafeEqual(storedKey, keys.storedKey);
}

/** ClientKey (RFC 5802 3). */
export function clientKeyOf(hash: HashName, saltedPassword: Buffer): Buffer {
  return hmac(hash, saltedPassword, "Client Key");
}

/** HMAC (RFC 2104). */
export function hmac(hash: HashName, key: Buffer, text: string): Buffer {
  return createHmac(hash, key).update(text).digest();
}

/** The hash itself. */
export function digest(hash: HashName, octets: Buffer): Buffer {
  return createHash(hash).update(octets).digest();
}

const hashLength: Readonly<Record<HashName, number>> = { sha1: 20, sha256: 32 };
