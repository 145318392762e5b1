import type { CertificateTable } from "./certificate-table.ts";

/** What a server shows to all clients, and asks of them, on whichever listener. */
export interface TlsService {
  readonly certificates: CertificateTable;
  /** Asks clients for a certificate of one of these authorities. */
  readonly clientCertificates?: ClientCertificateOptions | undefined;
  /** Whether a login may be bound to the certificate that the client was shown. */
  readonly bindsLogins?: boolean | undefined;
}

/** Which certificates clients must have. */
export interface ClientCertificateOptions {
  /** The authorities, as PEM. */
  readonly ca: string | Buffer | readonly (string | Buffer)[];
  /** Refuses clients without a valid certificate during the handshake. */
  readonly required: boolean;
}
