import { systemClock } from "../../../net/clock.ts";
import { CertificateTable } from "../../../net/server/certificate-table.ts";
import { TlsAcceptor } from "../../../net/server/tls-acceptor.ts";
import type { CertificateAuthority } from "../../certificates/certificates.ts";
import { ciphersFor, serverCertificate, WEAK_CIPHERS } from "../../certificates/server-certificate.ts";
import type { TlsChanges } from "../definition/fault.ts";

/** Nothing is looked up: there is a certificate. */
const lookup = { hostname: "localhost", clock: systemClock, ms: 0 };

/** The acceptors that do handshakes with other settings than the server, each made when it is first needed. */
export class FaultyAcceptors {
  readonly #ca: CertificateAuthority;
  readonly #made = new Map<string, Promise<TlsAcceptor>>();

  constructor(ca: CertificateAuthority) {
    this.#ca = ca;
  }

  /** The acceptor with these changes. */
  for(changes: TlsChanges): Promise<TlsAcceptor> {
    const key = JSON.stringify(changes);
    const made = this.#made.get(key) ?? this.#make(changes);
    this.#made.set(key, made);
    return made;
  }

  async #make({
    minVersion,
    maxVersion,
    ciphers,
    certificate,
    clientCertificate,
    alpn,
  }: TlsChanges): Promise<TlsAcceptor> {
    const old = maxVersion === "TLSv1" || maxVersion === "TLSv1.1";
    const weak = old ? WEAK_CIPHERS : ciphersFor(certificate);
    const settings = {
      minVersion: minVersion ?? (old ? "TLSv1" : undefined),
      maxVersion,
      ciphers: ciphers === undefined ? weak : weak === undefined ? ciphers : `${ciphers}:@SECLEVEL=0`,
      alpn,
    };
    return new TlsAcceptor(settings, {
      certificates: await CertificateTable.create(await serverCertificate(this.#ca, certificate), lookup),
      clientCertificates: clientCertificate === undefined ? undefined : { ca: this.#ca.cert, required: true },
    });
  }
}
