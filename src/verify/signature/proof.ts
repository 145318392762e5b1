import { canonicalField } from "../../signing/canonicalization.ts";
import type { Unknown } from "../inquiry.ts";
import type { BodyHashes } from "./body-hashes.ts";
import { checkOctets } from "./check-octets.ts";
import type { KeyFault } from "./key-fault.ts";
import type { NoKey } from "./key-look-up.ts";
import type { KeyRecord } from "./key-record.ts";
import type { Signature } from "./signature.ts";
import type { SignedHeader } from "./signed-header.ts";

/** Why a signature that could be read proves what it says, or does not. */
export type ProofCode =
  | "verified"
  | "body-partly-signed"
  | "repeated-field"
  | "body-changed"
  | "signature-mismatch"
  | "expired"
  | "future"
  | "body-length"
  | "no-key"
  | KeyFault
  | Unknown;

/** What verifying one signature over a message came to. */
export interface Proof {
  readonly result: "pass" | "fail" | "policy" | "temperror" | "permerror";
  readonly code: ProofCode;
  /** A sentence in English, without its full stop. */
  readonly reason: string;
  /** The key that was used, if one was. */
  readonly key: KeyRecord | undefined;
  /** The octets of the canonical body, and those that are signed. */
  readonly body: { readonly total: number; readonly signed: number };
}

/** How far the clocks of signers may be ahead: some take their local time for UTC. */
const clockSkew = 14 * 3600;

/**
 * Verifies a signature over a message (RFC 6376 section 6.1.3).
 *
 * @param now seconds since 1970
 */
export function prove(
  signature: Signature,
  keys: readonly KeyRecord[] | NoKey,
  header: SignedHeader,
  bodies: BodyHashes,
  now: number,
): Proof {
  const { total, hash } = bodies.of(signature);
  const body = { total, signed: Math.min(signature.length ?? total, total) };
  if ("code" in keys) return { ...keys, key: undefined, body };
  const [first] = keys;
  const ends = (result: Proof["result"], code: ProofCode, reason: string, key = first): Proof => ({
    result,
    code,
    reason,
    key,
    body,
  });
  if (signature.expiresAt !== undefined && signature.expiresAt < now)
    return ends("fail", "expired", `the signature expired on ${dayOf(signature.expiresAt)}`);
  if (signature.signedAt !== undefined && signature.signedAt > now + clockSkew)
    return ends("fail", "future", "the signature claims to be from the future");
  if (hash === undefined)
    return ends("permerror", "body-length", `l= counts more octets than the ${total} of the body`);
  if (hash !== signature.bodyHash)
    return ends("fail", "body-changed", "the body was changed after it was signed");
  const own = canonicalField(signature.field.name, signature.unsigned, signature.header);
  const octets = Buffer.from(
    header.covered(signature.names, signature.field, signature.header) + own,
    "latin1",
  );
  const key = keys.find((each) => checkOctets(octets, each.key, signature.value));
  if (key === undefined)
    return ends("fail", "signature-mismatch", "a signed header field was changed, or another key has signed");
  if (body.signed < total) {
    const missing = total - body.signed;
    return ends(
      "policy",
      "body-partly-signed",
      `${missing} of ${total} octets of the body are not signed (l=)`,
      key,
    );
  }
  const repeated = header.repeated(signature.names);
  if (repeated !== undefined)
    return ends(
      "policy",
      "repeated-field",
      `the field ${repeated} is in the header more often than it was signed`,
      key,
    );
  return ends("pass", "verified", "the signature is valid", key);
}

function dayOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? "a day of the past" : date.toISOString().slice(0, 10);
}
