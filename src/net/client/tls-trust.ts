import type { SecureContext } from "node:tls";
import type { Pin } from "./pin.ts";

/** Whom to believe in a TLS handshake. */
export interface TlsTrust {
  readonly context: SecureContext;
  /** What the server's certificate, or its key, has to be one of; with none, any that verifies will do. */
  readonly pins?: readonly Pin[];
  /** What is let pass: nothing; a name that the certificate does not bear; a certificate that nobody vouches for. */
  readonly accepts?: "valid" | "any-name" | "any-certificate";
}
