import { hostname as machineName } from "node:os";
import { canonicalDomain } from "../../address/domain.ts";
import type {
  ClientCertificateOptions,
  ServerCertificate,
  ServerTlsOptions,
} from "../../net/server/tls-acceptor.ts";
import { serverMechanisms } from "../../protocol/sasl/mechanisms.ts";
import type { OfferedExtensions, ServerSettings } from "../../protocol/server/settings.ts";
import type { RelayRules } from "../hooks/policy.ts";
import { type ResolvedListener, resolveListeners } from "./listeners.ts";
import { OptionReader, refuseOption } from "./option-reader.ts";
import type { ServerTimeouts, SmtpServerOptions } from "./options.ts";

/** What the options of a server come to. */
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
}

/**
 * Reads the options of a server.
 *
 * @throws EnvoiError of kind `"configuration"` for options that make no sense, or none together.
 */
export function resolveOptions(options: SmtpServerOptions): ResolvedOptions {
  const from = new OptionReader(options);
  const certified = certificates(options);
  const listeners = resolveListeners(options, certified.length > 0);
  const hostname = ownName(from.text("hostname"));
  return {
    protocol: {
      hostname,
      banner: "envoi",
      maxMessageSize: from.count("maxMessageSize", 26_214_400, 0),
      maxLineLength: from.count("maxLineLength", 12_288, 512),
      maxContentLineLength: from.count("maxContentLineLength", 0, 0),
      maxHops: from.count("maxHops", 50, 1),
      maxRecipients: from.count("maxRecipients", 1000, 1),
      maxErrors: from.count("maxErrors", 10, 0),
      // So that one mail may be for as many as it likes, and nobody be known.
      maxRefusedRecipients: from.count("maxRefusedRecipients", options.maxRecipients ?? 1000, 0),
      maxAuthAttempts: from.count("maxAuthAttempts", 3, 1),
      lenient: from.flag("lenient"),
      lmtp: false,
      requireTls: from.flag("requireTls"),
      maxCommands: from.count("maxCommands", 10_000, 1),
      maxUnknownCommands: from.count("maxUnknownCommands", 10, 0),
      maxReplyBacklog: from.count("maxReplyBacklog", 65_536, 1),
      starttls: false,
      mechanisms: options.auth === undefined ? [] : mechanisms(from),
      allowPlaintextCredentials: from.flag("allowPlaintextCredentials"),
      maxTransactions: from.count("maxTransactions", 0, 0),
      offeredExtensions: offeredExtensions(from),
      now: Date.now,
      without: new Set(),
    },
    rules: {
      domains: new Set(from.texts("domains")?.map((name, index) => domain(`domains[${index}]`, name))),
      hostname,
      authenticated: from.choice("relay", ["authenticated"]) !== undefined,
    },
    tls: tls(from, listeners, certified),
    listeners,
    timeouts: timeouts(from),
    maxConnections: from.count("maxConnections", 1000, 1),
    maxConnectionsPerAddress: from.count("maxConnectionsPerAddress", 100, 1),
    minUploadRate: from.count("minUploadRate", 1024, 1),
    greetingDelay: from.milliseconds("greetingDelay", 0, 0),
    authFailureDelay: from.milliseconds("authFailureDelay", 250, 0),
    received: from.flag("received", true),
  };
}

type Options = OptionReader<SmtpServerOptions>;

function timeouts(options: Options): Required<ServerTimeouts> {
  const names = ["command", "content", "handshake", "write", "session"] as const;
  const from: OptionReader<ServerTimeouts> = options.object("timeouts", names);
  return {
    command: from.milliseconds("command", 300_000),
    content: from.milliseconds("content", 180_000),
    handshake: from.milliseconds("handshake", 30_000),
    write: from.milliseconds("write", 60_000),
    session: from.milliseconds("session", 86_400_000),
  };
}

function certificates({ certificates = [] }: SmtpServerOptions): readonly ServerCertificate[] {
  const all: readonly ServerCertificate[] = Array.isArray(certificates) ? certificates : [certificates];
  for (const [index, certificate] of all.entries()) {
    const field = Array.isArray(certificates) ? `certificates[${index}].` : "certificates.";
    const from = new OptionReader<ServerCertificate>(certificate, field, ["key", "cert", "passphrase"]);
    for (const name of ["key", "cert"] as const)
      if (!isPem(certificate[name])) throw from.refuse(name, "is PEM: a string or a Buffer");
    from.text("passphrase");
  }
  return all;
}

function tls(
  from: Options,
  listeners: readonly ResolvedListener[],
  certificates: readonly ServerCertificate[],
): ServerTlsOptions | undefined {
  const minVersion = from.choice("minVersion", ["TLSv1.2", "TLSv1.3"]);
  const clientCertificates = clients(from);
  if (from.flag("requireTls") && listeners.some(({ tls }) => tls === "none"))
    throw refuseOption('requireTls leaves nothing to do where tls is "none"');
  if (listeners.some(({ tls }) => tls !== "none")) return { certificates, minVersion, clientCertificates };
  const useless = { certificates: certificates[0], minVersion, clientCertificates };
  for (const [name, value] of Object.entries(useless))
    if (value !== undefined) throw refuseOption(`${name}: of no use where tls is "none"`);
  return undefined;
}

function clients(options: Options): ClientCertificateOptions | undefined {
  const from: OptionReader<ClientCertificateOptions> = options.object("clientCertificates", [
    "ca",
    "required",
  ]);
  if (options.given.clientCertificates === undefined) return undefined;
  const { ca } = from.given;
  const all = Array.isArray(ca) ? ca : [ca];
  if (all.length === 0 || !all.every(isPem)) throw from.refuse("ca", "is PEM: strings or Buffers");
  return { ca, required: from.flag("required") };
}

function isPem(value: unknown): value is string | Buffer {
  return (typeof value === "string" && value !== "") || value instanceof Uint8Array;
}

/**
 * Refuses a server that would not do what it was set up for, or would lose mail.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function checkPurpose(
  { auth, allowPlaintextCredentials, domains = [], relay, recipient, data }: SmtpServerOptions,
  resolved: ResolvedOptions,
): void {
  if (auth !== undefined && resolved.tls === undefined && !allowPlaintextCredentials) {
    throw refuseOption(
      "auth needs tls: credentials are not taken in clear, unless allowPlaintextCredentials says so",
    );
  }
  if (relay !== undefined && auth === undefined)
    throw refuseOption("relay: without auth nobody can authenticate");
  if (data === undefined && (domains.length > 0 || relay !== undefined || recipient !== undefined)) {
    throw refuseOption("recipients would be accepted, but without data nobody takes the mail");
  }
}

function mechanisms(from: Options): readonly string[] {
  const names = from.texts("mechanisms") ?? ["PLAIN", "LOGIN", "XOAUTH2"];
  const unknown = names.find((name) => !serverMechanisms.has(name));
  if (unknown !== undefined)
    throw from.refuse(
      "mechanisms",
      `${JSON.stringify(unknown)} is none of ${[...serverMechanisms.keys()].join(", ")}`,
    );
  if (names.length === 0) throw from.refuse("mechanisms", "auth is of no use without any");
  return [...names];
}

function offeredExtensions(options: Options): OfferedExtensions {
  const names = ["DSN", "REQUIRETLS", "DELIVERBY", "FUTURERELEASE", "MT-PRIORITY"] as const;
  const from: OptionReader<OfferedExtensions> = options.object("extensions", names);
  from.flag("DSN");
  from.flag("REQUIRETLS");
  from.count("DELIVERBY", 0, 0);
  from.count("FUTURERELEASE", 1, 1);
  from.choice("MT-PRIORITY", ["", "MIXER", "STANAG4406", "NSEP"]);
  return { ...from.given };
}

function domain(field: string, name: string): string {
  try {
    return canonicalDomain(name);
  } catch (error) {
    throw refuseOption(`${field}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

function ownName(given: string | undefined): string {
  if (given !== undefined) return domain("hostname", given);
  try {
    return canonicalDomain(machineName());
  } catch {
    return "localhost";
  }
}
