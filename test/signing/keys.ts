import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Zone } from "./verify.ts";

/** A file of test/vectors/dkim; of a message, the lines end in CRLF. */
export function vector(name: string): string {
  return readFileSync(new URL(`../../../test/vectors/dkim/${name}`, import.meta.url), "latin1");
}

export function messageVector(name: string): Buffer {
  return Buffer.from(vector(name).replace(/\r?\n/g, "\r\n"), "latin1");
}

/** The Ed25519 key of 32 octets in base64. */
export function ed25519Key(base64: string): KeyObject {
  const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
  const key = Buffer.concat([prefix, Buffer.from(base64, "base64")]);
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

/** The public key of a DNS record. */
export function publicKey(record: string): KeyObject {
  const [, base64 = ""] = /p=([^;]*)/.exec(record) ?? [];
  const octets = Buffer.from(base64, "base64");
  const prefix = record.includes("k=ed25519")
    ? Buffer.from("302a300506032b6570032100", "hex")
    : Buffer.alloc(0);
  return createPublicKey({ key: Buffer.concat([prefix, octets]), format: "der", type: "spki" });
}

/** The DNS record of a private key. */
export function recordOf(key: KeyObject): string {
  const der = createPublicKey(key).export({ format: "der", type: "spki" });
  return key.asymmetricKeyType === "ed25519"
    ? `v=DKIM1; k=ed25519; p=${der.subarray(-32).toString("base64")}`
    : `v=DKIM1; k=rsa; p=${der.toString("base64")}`;
}

export const rsa: KeyObject = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
export const ed25519: KeyObject = generateKeyPairSync("ed25519").privateKey;

/** Both keys, under the selectors of their names, at example.com. */
export const zone: Zone = new Map([
  ["rsa._domainkey.example.com", createPublicKey(rsa)],
  ["ed25519._domainkey.example.com", createPublicKey(ed25519)],
]);
