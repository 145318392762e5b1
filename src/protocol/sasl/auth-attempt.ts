import type { PasswordAttempt, TokenAttempt } from "./mechanism.ts";

/** A user, and a proof of knowing the secret that does not tell it: it can only be compared with the secret itself. */
export interface DigestAttempt {
  readonly user: string;
  /** Whether the proof was made with this secret; takes the same time wherever the two differ. */
  matches(secret: string): boolean;
}

/** Whoever the client's certificate belongs to, or, if it says so, somebody on whose behalf it acts. */
export interface CertificateAttempt {
  /** `""` where the client leaves it to its certificate. */
  readonly user: string;
  readonly external: true;
}

/** What a client has shown a server to authenticate. */
export type AuthAttempt = PasswordAttempt | TokenAttempt | DigestAttempt | CertificateAttempt;
