import { createHash, createHmac, pbkdf2, timingSafeEqual } from "node:crypto";
import { saslprep } from "./saslprep.ts";

/** The hash of a SCRAM mechanism. */
export type HashName = "sha1" | "sha256";

/**
 * What a server keeps to authenticate a user by SCRAM (RFC 5802 3): with it alone nobody can log in anywhere.
 * To make it, see {@link deriveScramKeys}.
 */
export interface ScramKeys {
  /** The hash of the mechanism that they are for. */
  readonly hash: HashName;
  /** What the password was mixed with: random, and another for each user. */
  readonly salt: Buffer;
  /** How often the password was hashed: what makes trying passwords out slow; 4,096 at least (RFC 7677 4). */
  readonly iterations: number;
  /** Compared with what the client proves. */
  readonly storedKey: Buffer;
  /** What the server proves with that it knows them. */
  readonly serverKey: Buffer;
}

/** A key to be derived from a password (PBKDF2, RFC 8018), which takes a while. */
export interface KeyDerivation {
  /** The hash of the mechanism. */
  readonly hash: HashName;
  /** The password, in clear. */
  readonly password: string;
  /** What the password is mixed with: 16 random octets will do. */
  readonly salt: Buffer;
  /** How often it is hashed: 4,096 at least; more take longer to log in with, and to break. */
  readonly iterations: number;
}

/** Derives a key, beside the event loop. */
export function deriveKey({ hash, password, salt, iterations }: KeyDerivation): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const prepared = saslprep(password) ?? password;
    pbkdf2(prepared, salt, iterations, hashLength[hash], hash, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/**
 * The keys of a user, from the password.
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

/** Whether a password is the one that the keys were made from. */
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
