import type { ExtensionKeyword } from "../protocol/extensions.ts";
import { serverOptionNames } from "../server/option-names.ts";
import type { SmtpServerOptions } from "../server/options.ts";
import type { KeepOptions } from "./catch.ts";
import type { CertificateAuthority } from "./certificates.ts";

/** What is the matter with the certificate that a TestServer shows. */
export type CertificateFlaw = "expired" | "not-yet-valid" | "wrong-name" | "self-signed" | "unknown-issuer";

/** What a TestServer is told: nothing, for a start. */
export interface TestServerOptions extends SmtpServerOptions {
  /** `"none"`, the default, `"starttls"`, or `"implicit"`: TLS from the first octet. */
  readonly tls?: "none" | "starttls" | "implicit";
  /** Who issues the server's certificate; by default the one authority of this process. */
  readonly ca?: CertificateAuthority;
  /** Shows a certificate that clients must not accept. */
  readonly certificate?: CertificateFlaw;
  /** Who may authenticate, with which password or token. Offers AUTH, over TLS only, and never requires it. */
  readonly users?: Readonly<Record<string, string>>;
  /** Extensions not to offer, as if the server did not know them; without EHLO, clients have to go back to HELO. */
  readonly without?: readonly (ExtensionKeyword | "EHLO")[];
  /** How much is kept of what has been caught; what is older is forgotten. */
  readonly keep?: KeepOptions;
  /**
   * Keeps the process alive. By itself a TestServer does not: one that a test forgot to close holds nothing up.
   */
  readonly keepAlive?: boolean;
}

/** Every option of a TestServer. */
export const testServerOptionNames: Readonly<Record<keyof TestServerOptions, true>> = {
  ...serverOptionNames,
  ca: true,
  certificate: true,
  users: true,
  without: true,
  keep: true,
  keepAlive: true,
};
