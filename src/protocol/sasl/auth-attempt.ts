import type { PasswordAttempt, TokenAttempt } from "./mechanism.ts";

/** A user, and a proof of the secret that does not reveal it: it can only be compared with the secret. */
export interface DigestAttempt {
  readonly user: string;
  /** Whether the proof was made with this secret; takes the same time wherever the two differ. */
  matches(secret: string): boolean;
}

/** The owner of the client's certificate, or another user for whom the owner acts. */
export interface CertificateAttempt {
  /** `""` if the client leaves it to its certificate. */
  readonly user: string;
  readonly external: true;
}

/** What a client has presented to authenticate. */
export type AuthAttempt = PasswordAttempt | TokenAttempt | DigestAttempt | CertificateAttempt;
