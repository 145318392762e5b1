import { type ExtensionKeyword, extensionKeywords } from "../protocol/extensions.ts";
import { serverOptionReaders } from "../server/options/option-readers.ts";
import type { SmtpServerOptions } from "../server/options/options.ts";
import {
  flag,
  group,
  instanceOf,
  listOf,
  milliseconds,
  oneOf,
  record,
  text,
  wholeNumber,
} from "../text/option-kinds.ts";
import { type OptionReaders, readOptions, refuseOption } from "../text/options.ts";
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
 * Checks the options of a TestServer, those of every server among them.
 *
 * @returns the options of every server.
 * @throws EnvoiError of kind `"configuration"` for options that are not valid, alone or together.
 */
export function readTestServerOptions(options: TestServerOptions): SmtpServerOptions {
  readOptions(options, testServerOptionReaders);
  const { ca, certificate, users = {}, without, keep, waitTimeout, keepAlive, ...serverOptions } = options;
  if (certificate !== undefined && (options.tls ?? "none") === "none")
    throw refuseOption(
      "certificate",
      'cannot be used with tls "none"',
      'Set tls to "starttls" or "implicit"',
    );
  if (Object.hasOwn(users, ""))
    throw refuseOption("users", "expected names that are not empty, got an empty name");
  return serverOptions;
}

const keepOptionReaders: OptionReaders<KeepOptions> = {
  messages: wholeNumber(0),
  octets: wholeNumber(0),
  connections: wholeNumber(0),
};

const testServerOptionReaders: OptionReaders<TestServerOptions> = {
  ...serverOptionReaders,
  ca: instanceOf(CertificateAuthority, "a CertificateAuthority"),
  certificate: oneOf(certificateFlaws),
  users: record(text),
  without: listOf(oneOf([...extensionKeywords, "EHLO"])),
  keep: group(keepOptionReaders),
  waitTimeout: milliseconds(0),
  keepAlive: flag,
};
