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
} from "../text/options/option-kinds.ts";
import { type OptionReaders, readOptions, refuseOption } from "../text/options/option-reader.ts";
import { CertificateAuthority } from "./certificates/certificates.ts";
import { type CertificateFlaw, certificateFlaws } from "./certificates/server-certificate.ts";
import type { KeepOptions } from "./messages/captured-messages.ts";
import { readTestVerify, type TestVerifyOptions } from "./test-verify-options.ts";

/** The options of {@link TestServer.start}, all of them optional. */
export interface TestServerOptions extends Omit<SmtpServerOptions, "verify"> {
  /** Default: `"none"`. `"implicit"` is TLS from the first byte. */
  readonly tls?: "none" | "starttls" | "implicit";
  /** The authority that issues the server's certificate; by default one that all servers of this process share. */
  readonly ca?: CertificateAuthority;
  /** Uses a certificate that clients must refuse. */
  readonly certificate?: CertificateFlaw;
  /** The users and their passwords or tokens. Offers AUTH, over TLS only, and never requires it. */
  readonly users?: Readonly<Record<string, string>>;
  /** Verifies who sent each message, for `message.authentication`. */
  readonly verify?: TestVerifyOptions;
  /** Extensions that the server hides. Without EHLO, clients must fall back to HELO. */
  readonly without?: readonly (ExtensionKeyword | "EHLO")[];
  /** How much the server keeps. It forgets what is older. */
  readonly keep?: KeepOptions;
  /** How long, in milliseconds, `waitForMessage` and `waitForMessages` wait by default; default 2000. */
  readonly waitTimeout?: number;
  /** Keeps the process alive. By default a TestServer that a test forgot to close does not. */
  readonly keepAlive?: boolean;
}

/**
 * Checks the options of a TestServer, including those of every server.
 *
 * @returns the options of every server.
 * @throws EnvoiError of kind `"configuration"` for options that are not valid, alone or together.
 */
export function readTestServerOptions(options: TestServerOptions): SmtpServerOptions {
  readOptions(options, testServerOptionReaders);
  const { ca, certificate, users = {}, without, keep, waitTimeout, keepAlive, verify, ...rest } = options;
  if (certificate !== undefined && (options.tls ?? "none") === "none")
    throw refuseOption(
      "certificate",
      'cannot be used with tls "none"',
      'Set tls to "starttls" or "implicit"',
    );
  if (Object.hasOwn(users, ""))
    throw refuseOption("users", "expected names that are not empty, got an empty name");
  const { clientAddress, ...serverVerify } = verify ?? {};
  return { ...rest, ...(verify && { verify: serverVerify }) };
}

const keepOptionReaders: OptionReaders<KeepOptions> = {
  messages: wholeNumber(0),
  octets: wholeNumber(0),
  connections: wholeNumber(0),
};

/** The readers of the options of a TestServer, and of a catcher's. */
export const testServerOptionReaders: OptionReaders<TestServerOptions> = {
  ...serverOptionReaders,
  ca: instanceOf(CertificateAuthority, "a CertificateAuthority"),
  certificate: oneOf(certificateFlaws),
  users: record(text),
  verify: readTestVerify,
  without: listOf(oneOf([...extensionKeywords, "EHLO"])),
  keep: group(keepOptionReaders),
  waitTimeout: milliseconds(0),
  keepAlive: flag,
};
