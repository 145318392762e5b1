import { type KeyObject, X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate } from "node:tls";

/** What a certificate says, in words. The server chooses the text in it, so control characters are replaced. */
export interface CertificateFacts {
  /** Whose it is: the distinguished name on one line. */
  readonly subject: string;
  /** The names and addresses that it is valid for (subjectAltName); empty for most authorities. */
  readonly names: readonly string[];
  /** Who issued it: the distinguished name on one line. */
  readonly issuer: string;
  /** When its validity begins, in milliseconds since 1970. */
  readonly validFrom: number;
  /** When its validity ends, in milliseconds since 1970. */
  readonly validTo: number;
  /** Its public key, such as `"RSA 2048"`, `"EC prime256v1"` or `"Ed25519"`. */
  readonly key: string;
  /** Its SHA-256: what `TlsParametersBuilder.pin` takes. */
  readonly fingerprint256: string;
}

/**
 * The certificate and its issuers, as far as they are known; the last may be its own issuer. Empty if the server sent
 * no certificate.
 */
export function chainOf(leaf: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain = [leaf];
  for (let next = leaf.issuerCertificate; next && !chain.includes(next); next = next.issuerCertificate)
    chain.push(next);
  return chain.filter(({ raw }) => raw !== undefined).map(({ raw }) => new X509Certificate(raw));
}

/** What a certificate says. */
export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  const { subject, subjectAltName, issuer, validFrom, validTo, publicKey, fingerprint256 } = certificate;
  return {
    subject: oneLine(subject),
    names: (subjectAltName ?? "")
      .split(", ")
      .map((name) => printable(name.replace(/^(?:DNS|IP Address):/, "")))
      .filter((name) => name !== ""),
    issuer: oneLine(issuer),
    validFrom: Date.parse(validFrom),
    validTo: Date.parse(validTo),
    key: keyInWords(publicKey),
    fingerprint256,
  };
}

/** Text from a certificate without control characters and line ends. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\s]+/gu, " ").trim();
}

/** Node gives a distinguished name with a line for each of its parts. */
function oneLine(name: string | undefined): string {
  return (name ?? "").split("\n").map(printable).join(", ");
}

function keyInWords({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const { modulusLength, namedCurve } = asymmetricKeyDetails ?? {};
  const size = modulusLength ?? namedCurve;
  const type = String(asymmetricKeyType).replace(/^(?:rsa|ec|dsa)\b/, (short) => short.toUpperCase());
  const name = type.replace(/^ed/, "Ed");
  return size === undefined ? name : `${name} ${size}`;
}
