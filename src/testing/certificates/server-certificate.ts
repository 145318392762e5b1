import type { ServerCertificate } from "../../net/server/server-certificate.ts";
import { CertificateAuthority } from "./certificates.ts";

/** What is wrong with the certificate of a TestServer. `"revoked"` is visible only in the `crl` of its authority. */
export type CertificateFlaw =
  | "expired"
  | "not-yet-valid"
  | "wrong-name"
  | "no-name"
  | "self-signed"
  | "unknown-issuer"
  | "missing-intermediate"
  | "revoked"
  | "weak-key";

/** All flaws. */
export const certificateFlaws: readonly CertificateFlaw[] = [
  ...(["expired", "not-yet-valid", "wrong-name", "no-name"] as const),
  ...(["self-signed", "unknown-issuer", "missing-intermediate", "revoked", "weak-key"] as const),
];

/** Issues a certificate for a TestServer, with the given flaw. */
export async function serverCertificate(
  ca: CertificateAuthority,
  flaw: CertificateFlaw | undefined,
): Promise<ServerCertificate> {
  switch (flaw) {
    case undefined:
      return ca.issue();
    case "expired":
      return ca.issue({ notAfter: LONG_AGO });
    case "not-yet-valid":
      return ca.issue({ notBefore: LONG_HENCE });
    case "wrong-name":
      return ca.issue({ names: ["elsewhere.example"] });
    case "no-name":
      return ca.issue({ names: [], subject: "localhost" });
    case "self-signed":
      return CertificateAuthority.selfSigned();
    case "unknown-issuer":
      return (await CertificateAuthority.create("envoi unknown authority")).issue();
    case "missing-intermediate": {
      const { key, cert } = ca.intermediate().issue();
      return { key, cert: cert.slice(0, cert.indexOf("-----BEGIN", 1)) };
    }
    case "revoked": {
      const certificate = ca.issue();
      ca.revoke(certificate);
      return certificate;
    }
    case "weak-key":
      return ca.issue({ weakKey: true });
  }
}

/** The ciphers of a server with such a certificate: with its default ciphers, OpenSSL does not load all of them. */
export function ciphersFor(flaw: CertificateFlaw | undefined): string | undefined {
  return flaw === "weak-key" ? WEAK_CIPHERS : undefined;
}

/** OpenSSL's ciphers, with keys and versions of TLS however weak. */
export const WEAK_CIPHERS = "DEFAULT:@SECLEVEL=0";

/** Before and after the dates of all tests. */
const LONG_AGO = new Date("1971-01-01T00:00:00Z");
const LONG_HENCE = new Date("2099-01-01T00:00:00Z");
