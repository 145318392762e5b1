/** What a client shows to prove who it is, in PEM. */
export interface TlsIdentity {
  /** The certificate, followed by those of its issuers. */
  readonly certificate: string;
  /** The private key of the certificate. */
  readonly key: string;
  /** The passphrase of the key, if it is encrypted. */
  readonly passphrase?: string;
}

/** The versions of TLS that are supported. */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";
