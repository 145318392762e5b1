import { hostname as machineName } from "node:os";
import { canonicalDomain } from "../address/domain.ts";
import { callersMistake, EnvoiError } from "../errors.ts";
import type { ServerCertificate, ServerTlsOptions } from "../net/server/tls-acceptor.ts";
import { serverMechanisms } from "../protocol/sasl/mechanisms.ts";
import type { ServerSettings, Undertakings } from "../protocol/server/settings.ts";
import type { SmtpServerOptions } from "./options.ts";
import type { RelayRules } from "./policy.ts";

/** What the options of a server come to. */
export interface Settled {
  readonly protocol: ServerSettings;
  readonly rules: RelayRules;
  readonly tls: ServerTlsOptions | undefined;
  readonly listeners: readonly SettledListener[];
  readonly timeouts: {
    readonly command: number;
    readonly content: number;
    readonly handshake: number;
    readonly write: number;
    readonly session: number;
  };
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly minUploadRate: number;
  readonly received: boolean;
}

/** A port to be listened on. */
export interface SettledListener {
  readonly host: string;
  readonly port: number;
  readonly tls: "none" | "starttls" | "implicit";
  readonly lmtp: boolean;
}

/**
 * Reads the options of a server.
 *
 * @throws EnvoiError of kind `"configuration"` for options that make no sense, or none together.
 */
export function settle(options: SmtpServerOptions): Settled {
  const { certificates, domains = [], timeouts = {} } = options;
  if (!Array.isArray(domains)) throw refuse("domains: an array of domains is expected");
  const certified: readonly ServerCertificate[] = certificates === undefined ? [] : [certificates].flat();
  const ports = listeners(options, certified.length > 0);
  const secure = ports.some(({ tls }) => tls !== "none");
  if (!secure && certified.length > 0) throw refuse('certificates have no use where tls is "none"');
  if (!secure && options.clientCertificates)
    throw refuse('clientCertificates have no use where tls is "none"');
  if (options.requireTls && ports.some(({ tls }) => tls === "none"))
    throw refuse('requireTls leaves nothing to do where tls is "none"');
  return {
    protocol: {
      hostname: options.hostname === undefined ? ownName() : domain("hostname", options.hostname),
      banner: "envoi",
      maxMessageSize: count(options, "maxMessageSize", 26_214_400, 0),
      maxLineLength: count(options, "maxLineLength", 12_288, 512),
      maxRecipients: count(options, "maxRecipients", 1000, 1),
      maxErrors: count(options, "maxErrors", 10, 0),
      maxAuthAttempts: count(options, "maxAuthAttempts", 3, 1),
      lenient: options.lenient ?? false,
      lmtp: false,
      requireTls: options.requireTls ?? false,
      maxCommands: count(options, "maxCommands", 10_000, 1),
      maxUnknownCommands: count(options, "maxUnknownCommands", 10, 0),
      maxReplyBacklog: count(options, "maxReplyBacklog", 65_536, 1),
      starttls: false,
      mechanisms: options.auth === undefined ? [] : mechanisms(options),
      allowPlaintextCredentials: options.allowPlaintextCredentials ?? false,
      maxTransactions: count(options, "maxTransactions", 0, 0),
      undertakings: undertakings(options),
      now: Date.now,
      without: new Set(),
    },
    rules: {
      domains: new Set(domains.map((name, index) => domain(`domains[${index}]`, name))),
      authenticated: options.relay === "authenticated",
    },
    tls: !secure
      ? undefined
      : {
          certificates: certified,
          minVersion: options.minVersion,
          clientCertificates: options.clientCertificates,
        },
    listeners: ports,
    timeouts: {
      command: count(timeouts, "command", 300_000, 1),
      content: count(timeouts, "content", 180_000, 1),
      handshake: count(timeouts, "handshake", 30_000, 1),
      write: count(timeouts, "write", 60_000, 1),
      session: count(timeouts, "session", 86_400_000, 1),
    },
    maxConnections: count(options, "maxConnections", 1000, 1),
    maxConnectionsPerAddress: count(options, "maxConnectionsPerAddress", 100, 1),
    minUploadRate: count(options, "minUploadRate", 1024, 1),
    received: options.received ?? true,
  };
}

function listeners(options: SmtpServerOptions, certified: boolean): SettledListener[] {
  const given = options.listeners ?? [{}];
  if (given.length === 0) throw refuse("listeners: there is none");
  return given.map((listener, index) => {
    const field = options.listeners === undefined ? "" : `listeners[${index}].`;
    const { host = "127.0.0.1", port = 0, lmtp = false } = { ...options, ...listener };
    const tls = listener.tls ?? options.tls ?? (certified ? "starttls" : "none");
    if (!["none", "starttls", "implicit"].includes(tls))
      throw refuse(`${field}tls: ${JSON.stringify(tls)} is none of "none", "starttls", "implicit"`);
    if (tls !== "none" && !certified) throw refuse(`${field}tls: "${tls}" needs certificates`);
    const unknown = Object.keys(listener).find((name) => !["host", "port", "tls", "lmtp"].includes(name));
    if (unknown !== undefined) throw refuse(`${field}${unknown} is no option of a listener`);
    return { host, port, tls, lmtp };
  });
}

/**
 * Refuses a server that would not do what it was set up for, or would lose mail.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function checkPurpose(
  { auth, allowPlaintextCredentials, domains = [], relay, recipient, data }: SmtpServerOptions,
  settled: Settled,
): void {
  if (auth !== undefined && settled.tls === undefined && !allowPlaintextCredentials) {
    throw refuse(
      "auth needs tls: credentials are not taken in clear, unless allowPlaintextCredentials says so",
    );
  }
  if (relay !== undefined && relay !== "authenticated")
    throw refuse(`relay: ${JSON.stringify(relay)} is not "authenticated"`);
  if (relay !== undefined && auth === undefined) throw refuse("relay: without auth nobody can authenticate");
  if (data === undefined && (domains.length > 0 || relay !== undefined || recipient !== undefined)) {
    throw refuse("recipients would be accepted, but without data nobody takes the mail");
  }
}

function mechanisms({ mechanisms = ["PLAIN", "LOGIN", "XOAUTH2"] }: SmtpServerOptions): string[] {
  const unknown = mechanisms.find((name) => !serverMechanisms.has(name));
  if (unknown !== undefined)
    throw refuse(
      `mechanisms: ${JSON.stringify(unknown)} is none of ${[...serverMechanisms.keys()].join(", ")}`,
    );
  if (mechanisms.length === 0) throw refuse("mechanisms: auth is of no use without any");
  return [...mechanisms];
}

function undertakings({ extensions = {} }: SmtpServerOptions): Undertakings {
  for (const name of Object.keys(extensions))
    if (!Object.hasOwn(undertakingNames, name))
      throw refuse(`extensions: there is no ${JSON.stringify(name)}`);
  if (extensions.DELIVERBY !== undefined) count(extensions, "DELIVERBY", 0, 0);
  if (extensions.FUTURERELEASE !== undefined) count(extensions, "FUTURERELEASE", 0, 1);
  const profile = extensions["MT-PRIORITY"] ?? "";
  if (!["", "MIXER", "STANAG4406", "NSEP"].includes(profile))
    throw refuse(`extensions: there is no MT-PRIORITY ${JSON.stringify(profile)}`);
  return { ...extensions };
}

const undertakingNames: Readonly<Record<keyof Undertakings, true>> = {
  DSN: true,
  REQUIRETLS: true,
  DELIVERBY: true,
  FUTURERELEASE: true,
  "MT-PRIORITY": true,
};

/** A value that must be a whole number, at least `least`. */
function count<K extends string>(
  options: { readonly [P in K]?: number | undefined },
  name: K,
  standard: number,
  least: number,
): number {
  const value = options[name] ?? standard;
  if (!Number.isSafeInteger(value) || value < least)
    throw refuse(`${name}: ${value} is not a whole number of at least ${least}`);
  return value;
}

function domain(field: string, name: string): string {
  try {
    return canonicalDomain(name);
  } catch (error) {
    throw refuse(`${field}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

function ownName(): string {
  try {
    return canonicalDomain(machineName());
  } catch {
    return "localhost";
  }
}

function refuse(reason: string, cause?: unknown): EnvoiError {
  return new EnvoiError(`SmtpServer: ${reason}`, { kind: "configuration", ...callersMistake, cause });
}
