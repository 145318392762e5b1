/** What a client shows to prove who it is, in PEM. */
export interface TlsIdentity {
  /** The certificate, the issuers behind it following. */
  readonly certificate: string;
  /** The private key of the certificate. */
  readonly key: string;
  /** What the key is encrypted with, if it is. */
  readonly passphrase?: string;
}

/** The versions of TLS that are still to be had. */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";
