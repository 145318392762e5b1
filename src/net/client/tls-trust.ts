import type { SecureContext } from "node:tls";
import type { Pin } from "./pin.ts";

/** Whose certificates a TLS handshake accepts. */
export interface TlsTrust {
  readonly context: SecureContext;
  /** The server's certificate, or its key, must be one of these; without pins any valid certificate is accepted. */
  readonly pins?: readonly Pin[];
  /** What is accepted: only a valid certificate; one with another name; any certificate. */
  readonly accepts?: "valid" | "any-name" | "any-certificate";
}
