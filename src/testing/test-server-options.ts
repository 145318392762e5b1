import { type ExtensionKeyword, extensionKeywords } from "../protocol/extensions.ts";
import { checkOptionNames, serverOptionNames } from "../server/options/option-names.ts";
import { OptionReader } from "../server/options/option-reader.ts";
import type { SmtpServerOptions } from "../server/options/options.ts";
import { checkNames } from "../text/known-names.ts";
import { CertificateAuthority } from "./certificates/certificates.ts";
import { type CertificateFlaw, certificateFlaws } from "./certificates/server-certificate.ts";
import type { KeepOptions } from "./messages/captured-messages.ts";

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
  /** How long `waitForMessage` and `waitForMessages` wait, in milliseconds, if a call does not say otherwise; 2000. */
  readonly waitTimeout?: number;
  /**
   * Keeps the process alive. By itself a TestServer does not: one that a test forgot to close holds nothing up.
   */
  readonly keepAlive?: boolean;
}

/**
 * Looks through what a TestServer is told besides what every server is.
 *
 * @throws EnvoiError of kind `"configuration"` for what cannot be meant.
 */
export function checkTestServerOptions(options: TestServerOptions): void {
  checkOptionNames(options, testServerOptionNames);
  const from = new OptionReader(options);
  const tls = from.choice("tls", ["none", "starttls", "implicit"]) ?? "none";
  const { ca, users = {} } = options;
  if (from.choice("certificate", certificateFlaws) !== undefined && tls === "none")
    throw from.refuse("certificate", 'of no use where tls is "none"');
  if (ca !== undefined && !(ca instanceof CertificateAuthority))
    throw from.refuse("ca", "is a CertificateAuthority");
  const secrets = new OptionReader(users, "users.");
  for (const name of Object.keys(users)) {
    if (name === "") throw from.refuse("users", "a name is empty");
    secrets.text(name);
  }
  const without = Object.fromEntries((from.texts("without") ?? []).map((name) => [name, true]));
  checkNames(without, [...extensionKeywords, "EHLO"], (problem) => from.refuse("without", problem));
  const keep = from.object("keep", ["messages", "octets", "connections"]);
  for (const name of ["messages", "octets", "connections"] as const) keep.count(name, 0, 0);
  from.milliseconds("waitTimeout", 0, 0);
  from.flag("keepAlive");
}

/** Every option of a TestServer. */
const testServerOptionNames: Readonly<Record<keyof TestServerOptions, true>> = {
  ...serverOptionNames,
  ca: true,
  certificate: true,
  users: true,
  without: true,
  keep: true,
  waitTimeout: true,
  keepAlive: true,
};
