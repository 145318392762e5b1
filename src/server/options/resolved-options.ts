import { hostname as machineName } from "node:os";
import { canonicalDomain } from "../../address/domain.ts";
import type { Logger } from "../../net/logger.ts";
import type { CertificateSources } from "../../net/server/certificate-table.ts";
import type { ClientCertificateOptions } from "../../net/server/tls-service.ts";
import type { ServerSettings } from "../../protocol/server/settings.ts";
import { readOptions, refuseOption, wrongOption } from "../../text/options/option-reader.ts";
import type { RelayRules } from "../hooks/policy.ts";
import { type ResolvedListener, resolveListeners } from "./listeners.ts";
import { checkLogins, defaultMechanisms } from "./logins.ts";
import { serverOptionReaders } from "./option-readers.ts";
import type { ServerTimeouts, SmtpServerOptions } from "./options.ts";
import { trustedServers } from "./trusted-servers.ts";
import { checkVerify } from "./verify-check.ts";
import type { VerifyOptions } from "./verify-options.ts";

/** What a server shows to clients over TLS, and asks of them. */
export interface ServerTlsOptions {
  readonly certificates: CertificateSources;
  readonly clientCertificates: ClientCertificateOptions | undefined;
  /** Whether a mechanism may bind a login to the certificate. */
  readonly bindsLogins: boolean;
}

/** The options of a server, checked and with all defaults applied. */
export interface ResolvedOptions {
  readonly protocol: ServerSettings;
  readonly rules: RelayRules;
  readonly tls: ServerTlsOptions | undefined;
  readonly listeners: readonly ResolvedListener[];
  readonly timeouts: Required<ServerTimeouts>;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly minUploadRate: number;
  readonly greetingDelay: number;
  readonly authFailureDelay: number;
  readonly received: boolean;
  readonly verify: VerifyOptions | undefined;
  readonly logger: Logger | undefined;
  readonly logAddresses: boolean;
}

/**
 * Reads the options of a server.
 *
 * @throws EnvoiError of kind `"configuration"` for options that are not valid, alone or together.
 */
export function resolveOptions(options: SmtpServerOptions): ResolvedOptions {
  const read = readOptions(options, serverOptionReaders);
  const listeners = resolveListeners(read, [read.certificates ?? []].flat().length > 0);
  const hostname = read.hostname ?? ownName();
  const { maxRecipients = 1000 } = read;
  const burl = trustedServers(read.burl);
  checkLogins(read, listeners);
  checkVerify(read.verify, listeners);
  return {
    protocol: {
      hostname,
      banner: "envoi",
      maxMessageSize: read.maxMessageSize ?? 26_214_400,
      maxLineLength: read.maxLineLength ?? 12_288,
      maxContentLineLength: read.maxContentLineLength ?? 0,
      maxHops: read.maxHops ?? 50,
      maxRecipients,
      maxErrors: read.maxErrors ?? 10,
      // One mail may have as many recipients as the server takes, and all of them may be unknown.
      maxRefusedRecipients: read.maxRefusedRecipients ?? maxRecipients,
      maxAuthAttempts: read.maxAuthAttempts ?? 3,
      lenient: read.lenient ?? false,
      lmtp: false,
      requireTls: false,
      requireAuth: false,
      maxCommands: read.maxCommands ?? 10_000,
      maxUnknownCommands: read.maxUnknownCommands ?? 10,
      maxReplyBacklog: read.maxReplyBacklog ?? 65_536,
      starttls: false,
      mechanisms: read.auth === undefined ? [] : mechanisms(read),
      allowPlaintextCredentials: read.allowPlaintextCredentials ?? false,
      etrn: read.etrn !== undefined,
      atrn: read.atrn !== undefined,
      burl,
      maxTransactions: read.maxTransactions ?? 0,
      offeredExtensions: read.extensions ?? {},
      now: Date.now,
      without: new Set(),
    },
    rules: {
      domains: new Set(read.domains),
      hostname,
      authenticated: read.relay !== undefined,
    },
    tls: tls(read, listeners),
    listeners,
    timeouts: {
      command: 300_000,
      content: 180_000,
      handshake: 30_000,
      write: 60_000,
      hook: 600_000,
      session: 86_400_000,
      ...read.timeouts,
    },
    maxConnections: read.maxConnections ?? 1000,
    maxConnectionsPerAddress: read.maxConnectionsPerAddress ?? 100,
    minUploadRate: read.minUploadRate ?? 1024,
    greetingDelay: read.greetingDelay ?? 0,
    authFailureDelay: read.authFailureDelay ?? 250,
    received: read.received ?? true,
    verify: read.verify,
    logger: read.logger,
    logAddresses: read.logAddresses ?? false,
  };
}

function tls(
  { certificates, minVersion, ciphers, clientCertificates, auth, mechanisms = [] }: SmtpServerOptions,
  listeners: readonly ResolvedListener[],
): ServerTlsOptions | undefined {
  if (certificates !== undefined && listeners.some(({ tls }) => tls !== "none")) {
    const bindsLogins = auth !== undefined && mechanisms.some((name) => name.endsWith("-PLUS"));
    return { certificates, clientCertificates, bindsLogins };
  }
  const useless = { certificates: [certificates].flat()[0], minVersion, ciphers, clientCertificates };
  for (const [name, value] of Object.entries(useless))
    if (value !== undefined)
      throw refuseOption(name, 'cannot be used with tls "none"', "Leave one of them out");
  return undefined;
}

function mechanisms({ mechanisms = defaultMechanisms }: SmtpServerOptions): readonly string[] {
  if (mechanisms.length === 0)
    throw wrongOption("mechanisms", "at least one mechanism", mechanisms, "The hook auth needs one");
  return mechanisms;
}

function ownName(): string {
  try {
    return canonicalDomain(machineName());
  } catch {
    return "localhost";
  }
}
