import { createPublicKey, type KeyObject } from "node:crypto";
import type { NoKeyRecord } from "./key-fault.ts";
import { fromBase64 } from "./tag-list.ts";

/** A key to verify signatures with. */
export interface PublicKey {
  readonly type: "rsa" | "ed25519";
  /** Its size: of an RSA key that of the modulus, else 256. */
  readonly bits: number;
  readonly object: KeyObject;
}

/**
 * Reads the `p=` of a key record: of RSA a SubjectPublicKeyInfo, or an RSAPublicKey as in RFC 6376 3.6.1 (PKCS #1); of
 * Ed25519 the 32 octets of RFC 8463 section 4.2.
 *
 * Keys of which the verification would take long are refused, and those that RFC 8301 section 3.2 calls too short.
 */
export function readPublicKey(type: "rsa" | "ed25519", base64: string): PublicKey | NoKeyRecord {
  const data = fromBase64(base64);
  if (data === undefined) return { code: "key-syntax", reason: "p= of the key record is not base64" };
  return type === "rsa" ? rsaKey(data) : ed25519Key(data);
}

const rsaBits = { least: 1024, most: 8192 };
const exponents = { least: 3n, most: 2n ** 32n };

function rsaKey(data: Buffer): PublicKey | NoKeyRecord {
  const object = derKey(data, "spki") ?? derKey(data, "pkcs1");
  if (object?.asymmetricKeyType !== "rsa")
    return { code: "key-syntax", reason: "p= of the key record is not an RSA key" };
  const { modulusLength: bits = 0, publicExponent = 0n } = object.asymmetricKeyDetails ?? {};
  if (bits < rsaBits.least)
    return { code: "key-too-short", reason: `the key has ${bits} bits, fewer than 1024 (RFC 8301)` };
  if (bits > rsaBits.most)
    return { code: "key-too-long", reason: `the key has ${bits} bits, more than ${rsaBits.most}` };
  if (publicExponent > exponents.most)
    return { code: "key-too-long", reason: "the exponent of the key is larger than 2^32" };
  if (publicExponent < exponents.least)
    return { code: "key-too-short", reason: "with the exponent of the key, anybody could sign" };
  return { type: "rsa", bits, object };
}

function ed25519Key(data: Buffer): PublicKey | NoKeyRecord {
  const object = data.length === 32 ? derKey(Buffer.concat([ed25519Info, data]), "spki") : undefined;
  if (object === undefined)
    return { code: "key-syntax", reason: "p= of the key record is not an Ed25519 key of 32 octets" };
  return { type: "ed25519", bits: 256, object };
}

/** What precedes the 32 octets in a SubjectPublicKeyInfo (RFC 8410 section 4). */
const ed25519Info: Buffer = Buffer.from("302a300506032b6570032100", "hex");

function derKey(key: Buffer, type: "spki" | "pkcs1"): KeyObject | undefined {
  try {
    return createPublicKey({ key, format: "der", type });
  } catch {
    return undefined;
  }
}
