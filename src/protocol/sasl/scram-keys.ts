import { createHash, createHmac, pbkdf2, timingSafeEqual } from "node:crypto";
import { saslprep } from "./saslprep.ts";

/** The hash of a SCRAM mechanism. */
export type HashName = "sha1" | "sha256";

/**
 * What a server keeps to authenticate a user by SCRAM (RFC 5802 3): with it alone nobody can log in anywhere.
 * To make it, see {@link deriveScramKeys}.
 */
export interface ScramKeys {
  readonly hash: HashName;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** A key to be derived from a password (PBKDF2, RFC 8018), which takes a while. */
export interface KeyDerivation {
  readonly hash: HashName;
  readonly password: string;
  readonly salt: Buffer;
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
