import { callersMistake, EnvoiError } from "../errors.ts";
import { checkNames } from "../text/known-names.ts";
import type { ServerHooks } from "./hooks.ts";
import type { SmtpServerOptions } from "./options.ts";

/** Every option of a server. The compiler sees to it that none is missing. */
export const serverOptionNames: Readonly<Record<keyof SmtpServerOptions, true>> = {
  listeners: true,
  host: true,
  port: true,
  hostname: true,
  tls: true,
  lmtp: true,
  requireTls: true,
  certificates: true,
  minVersion: true,
  clientCertificates: true,
  allowPlaintextCredentials: true,
  mechanisms: true,
  domains: true,
  relay: true,
  maxMessageSize: true,
  maxLineLength: true,
  maxRecipients: true,
  maxConnections: true,
  maxConnectionsPerAddress: true,
  maxCommands: true,
  maxUnknownCommands: true,
  minUploadRate: true,
  maxReplyBacklog: true,
  maxErrors: true,
  maxAuthAttempts: true,
  maxTransactions: true,
  lenient: true,
  extensions: true,
  received: true,
  timeouts: true,
  connect: true,
  hello: true,
  auth: true,
  mail: true,
  recipient: true,
  data: true,
  onError: true,
};

const hookNames: readonly (keyof ServerHooks)[] = [
  "connect",
  "hello",
  "auth",
  "mail",
  "recipient",
  "data",
  "onError",
];

/**
 * Refuses options that are none, and hooks that are no functions.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function checkOptionNames(options: object, known: object): void {
  checkNames(options, Object.keys(known), refuse);
  for (const name of hookNames) {
    const hook = (options as ServerHooks)[name];
    if (hook !== undefined && typeof hook !== "function") throw refuse(`${name}: a hook is a function`);
  }
}

function refuse(reason: string): EnvoiError {
  return new EnvoiError(`server: ${reason}`, { kind: "configuration", ...callersMistake });
}
