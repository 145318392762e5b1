import type { ServerCertificate } from "../net/server/tls-acceptor.ts";
import { CertificateAuthority } from "./certificates.ts";
import type { CertificateFlaw } from "./test-server-options.ts";

/** A certificate for a TestServer, with the flaw that was asked for. */
export async function serverCertificate(
  ca: CertificateAuthority,
  flaw: CertificateFlaw | undefined,
): Promise<ServerCertificate> {
  switch (flaw) {
    case undefined:
      return ca.issue();
    case "expired":
      return ca.issue({ notAfter: new Date(Date.now() - HOUR) });
    case "not-yet-valid":
      return ca.issue({ notBefore: new Date(Date.now() + HOUR) });
    case "wrong-name":
      return ca.issue({ names: ["elsewhere.example"] });
    case "self-signed":
      return CertificateAuthority.selfSigned();
    case "unknown-issuer":
      return (await CertificateAuthority.create("envoi unknown authority")).issue();
  }
}

const HOUR = 3_600_000;
