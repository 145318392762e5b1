import { createHash, verify } from "node:crypto";
import type { PublicKey } from "./public-key.ts";

/** Whether the signature over these octets was made with the key (RFC 6376 section 3.3.2, RFC 8463 section 3). */
export function checkOctets(octets: Buffer, key: PublicKey, signature: Buffer): boolean {
  try {
    return key.type === "rsa"
      ? verify("sha256", octets, key.object, signature)
      : verify(null, createHash("sha256").update(octets).digest(), key.object, signature);
  } catch {
    // OpenSSL does not accept the key.
    return false;
  }
}
