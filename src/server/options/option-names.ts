import { checkNames } from "../../text/known-names.ts";
import { refuseOption } from "./option-reader.ts";
import type { SmtpServerOptions } from "./options.ts";

/** Every option of a server. The compiler sees to it that none is missing. */
export const serverOptionNames: Readonly<Record<keyof SmtpServerOptions, true>> = {
  listeners: true,
  host: true,
  port: true,
  path: true,
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
  maxContentLineLength: true,
  maxHops: true,
  maxRecipients: true,
  maxConnections: true,
  maxConnectionsPerAddress: true,
  maxCommands: true,
  maxUnknownCommands: true,
  minUploadRate: true,
  maxReplyBacklog: true,
  maxErrors: true,
  maxRefusedRecipients: true,
  maxAuthAttempts: true,
  authFailureDelay: true,
  greetingDelay: true,
  maxTransactions: true,
  lenient: true,
  extensions: true,
  received: true,
  timeouts: true,
  state: true,
  connect: true,
  hello: true,
  auth: true,
  mail: true,
  recipient: true,
  data: true,
  onError: true,
};

const functionNames: readonly (keyof SmtpServerOptions)[] = [
  "state",
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
  checkNames(options, Object.keys(known), refuseOption);
  for (const name of functionNames) {
    const value: unknown = (options as SmtpServerOptions)[name];
    if (value !== undefined && typeof value !== "function") throw refuseOption(`${name}: is a function`);
  }
}
