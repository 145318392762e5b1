import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Client } from "./client.js";

/**
 * Logs in by SCRAM-SHA-256-PLUS (RFC 5802), bound by `tls-server-end-point` alone to a certificate signed with SHA-256.
 * Returns the last reply.
 *
 * @param certificate in DER; by default the one that the client was shown
 */
export async function logInBound(client: Client, password: string, certificate?: Buffer): Promise<string> {
  const shown = certificate ?? (client.socket as TLSSocket).getPeerX509Certificate()?.raw;
  const header = "p=tls-server-end-point,,";
  const first = "n=jo,r=abcdefgh";
  const asked = await client.ask(`AUTH SCRAM-SHA-256-PLUS ${base64(header + first)}`);
  if (!asked.startsWith("334 ")) return asked;
  const challenge = Buffer.from(asked.slice(4), "base64").toString();
  const [, nonce = "", salt = "", iterations] = /^r=(.*),s=(.*),i=(\d+)$/.exec(challenge) ?? [];
  const binding = createHash("sha256")
    .update(shown ?? "")
    .digest();
  const final = `c=${Buffer.concat([Buffer.from(header), binding]).toString("base64")},r=${nonce}`;
  const salted = pbkdf2Sync(password, Buffer.from(salt, "base64"), Number(iterations), 32, "sha256");
  const key = hmac(salted, "Client Key");
  const signature = hmac(createHash("sha256").update(key).digest(), `${first},${challenge},${final}`);
  const proof = key.map((octet, index) => octet ^ (signature[index] ?? 0));
  const answer = await client.ask(base64(`${final},p=${Buffer.from(proof).toString("base64")}`));
  return answer.startsWith("334 ") ? await client.ask("") : answer;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
