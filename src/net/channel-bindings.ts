import { createHash } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { derElements } from "./der.ts";

/**
 * The channel bindings of a TLS connection, by their registered names, the preferred one first. Both ends compute the
 * same, so a login over one connection is useless on another.
 *
 * - `tls-exporter` (RFC 9266): with TLS 1.3, or with the extended master secret; without it, two connections could be
 *   made to share one.
 * - `tls-server-end-point` (RFC 5929 4): if the signature of the server's certificate uses one known hash.
 *
 * A runtime without `exportKeyingMaterial`, such as Deno, has none of them: the other end may know only `tls-exporter`,
 * and would take another binding for an attack. Both ends then log in without -PLUS.
 *
 * @param certificate the server's certificate, in DER: a client that resumes a session does not get it again.
 */
export function channelBindings(
  socket: TLSSocket,
  certificate: Buffer | undefined,
): ReadonlyMap<string, Buffer> {
  const bindings = new Map<string, Buffer>();
  if (typeof socket.exportKeyingMaterial !== "function") return bindings;
  if (socket.getProtocol() === "TLSv1.3" || hasExtendedMasterSecret(socket.getSession())) {
    const exported = socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0));
    bindings.set("tls-exporter", exported);
  }
  const hash = certificate && signatureHash(certificate);
  if (certificate !== undefined && hash !== undefined)
    bindings.set("tls-server-end-point", createHash(hash).update(certificate).digest());
  return bindings;
}

/** Node does not report it; OpenSSL writes it into the session, as a flag in field 13. */
function hasExtendedMasterSecret(session: Buffer | undefined): boolean {
  const fields = derElements(derElements(bare(session ?? NOTHING))[0]?.content ?? NOTHING);
  const flags = fields.find(({ tag }) => tag === CONTEXT_13)?.content;
  const value = derElements(flags ?? NOTHING)[0]?.content;
  return ((value?.at(-1) ?? 0) & 1) === 1;
}

/** OpenSSL's session. Since 22.23 Node puts a mark and the server's name, with its length, in front of it. */
function bare(session: Buffer): Buffer {
  if (!session.subarray(0, MARK.length).equals(MARK)) return session;
  const name = session.length < MARK.length + 2 ? 0 : session.readUInt16BE(MARK.length);
  return session.subarray(MARK.length + 2 + name);
}

const MARK = Buffer.from("\0nodejs:tls:session:1\0");

const NOTHING = Buffer.alloc(0);
const CONTEXT_13 = 0xad;

/** The hash of the certificate's signature; SHA-256 instead of MD5 and SHA-1 (RFC 5929 4.1). */
function signatureHash(certificate: Buffer): string | undefined {
  const algorithm = derElements(derElements(certificate)[0]?.content ?? NOTHING)[1]?.content;
  const [identifier, parameters] = derElements(algorithm ?? NOTHING);
  const name = identifier?.content.toString("hex") ?? "";
  return name === RSASSA_PSS ? pssHash(parameters?.content ?? NOTHING) : signatures.get(name);
}

/** The hash in the parameters of RSASSA-PSS (RFC 4055 3.1); SHA-1 if it is missing. */
function pssHash(parameters: Buffer): string | undefined {
  const explicit = derElements(parameters).find(({ tag }) => tag === 0xa0)?.content;
  if (explicit === undefined) return "sha256";
  const [identifier] = derElements(derElements(explicit)[0]?.content ?? NOTHING);
  return hashes.get(identifier?.content.toString("hex") ?? "");
}

const RSASSA_PSS = "2a864886f70d01010a";

const signatures: ReadonlyMap<string, string> = new Map([
  // RSA with PKCS #1 1.5: MD5, SHA-1, SHA-2.
  ["2a864886f70d010104", "sha256"],
  ["2a864886f70d010105", "sha256"],
  ["2a864886f70d01010e", "sha224"],
  ["2a864886f70d01010b", "sha256"],
  ["2a864886f70d01010c", "sha384"],
  ["2a864886f70d01010d", "sha512"],
  // ECDSA: SHA-1, SHA-2.
  ["2a8648ce3d0401", "sha256"],
  ["2a8648ce3d040301", "sha224"],
  ["2a8648ce3d040302", "sha256"],
  ["2a8648ce3d040303", "sha384"],
  ["2a8648ce3d040304", "sha512"],
]);

const hashes: ReadonlyMap<string, string> = new Map([
  ["2b0e03021a", "sha256"],
  ["608648016503040204", "sha224"],
  ["608648016503040201", "sha256"],
  ["608648016503040202", "sha384"],
  ["608648016503040203", "sha512"],
]);
