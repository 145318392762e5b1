import { createHash, type X509Certificate } from "node:crypto";

/** The SHA-256 of a server's certificate, or of its public key. */
export interface Pin {
  readonly of: "certificate" | "key";
  readonly digest: Buffer;
}

/**
 * Reads a pin as `openssl x509 -fingerprint -sha256` and `curl --pinnedpubkey` write it; `undefined` if it is not
 * valid.
 */
export function parsePin(text: string): Pin | undefined {
  const key = /^sha256\/{1,2}([A-Za-z0-9+/]{43}=)$/.exec(text)?.[1];
  if (key !== undefined) return { of: "key", digest: Buffer.from(key, "base64") };
  const fingerprint = /^(?:sha256 Fingerprint=)?((?:[0-9a-f]{2}:?){31}[0-9a-f]{2})$/i.exec(text)?.[1];
  if (fingerprint === undefined) return undefined;
  return { of: "certificate", digest: Buffer.from(fingerprint.replaceAll(":", ""), "hex") };
}

/** The pin of a certificate. */
export function pinOf(certificate: X509Certificate, of: Pin["of"]): Pin {
  const octets =
    of === "certificate" ? certificate.raw : certificate.publicKey.export({ type: "spki", format: "der" });
  return { of, digest: createHash("sha256").update(octets).digest() };
}

/** Writes a pin as {@link parsePin} reads it. */
export function formatPin({ of, digest }: Pin): string {
  if (of === "key") return `sha256/${digest.toString("base64")}`;
  return digest
    .toString("hex")
    .toUpperCase()
    .replace(/..(?!$)/g, "$&:");
}

/** Whether a certificate or its key is pinned. */
export function isPinned(certificate: X509Certificate, pins: readonly Pin[]): boolean {
  return pins.some((pin) => pinOf(certificate, pin.of).digest.equals(pin.digest));
}
