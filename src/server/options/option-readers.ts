import { readLogger } from "../../net/logger.ts";
import type { ClientCertificateOptions, ServerCertificate } from "../../net/server/tls-acceptor.ts";
import { serverMechanisms } from "../../protocol/sasl/mechanisms.ts";
import type { OfferedExtensions } from "../../protocol/server/settings.ts";
import {
  callback,
  flag,
  group,
  listOf,
  milliseconds,
  oneOf,
  oneOrMore,
  pem,
  text,
  wholeNumber,
} from "../../text/options/option-kinds.ts";
import type { OptionReaders } from "../../text/options/option-reader.ts";
import type { ListenOptions, ServerTimeouts, SmtpServerOptions } from "./options.ts";

const listenOptions: OptionReaders<ListenOptions> = {
  host: text,
  port: wholeNumber(0, 65_535),
  path: text,
  tls: oneOf(["none", "starttls", "implicit"]),
  lmtp: flag,
  requireTls: flag,
  requireAuth: flag,
};

const timeouts: OptionReaders<ServerTimeouts> = {
  command: milliseconds(),
  content: milliseconds(),
  handshake: milliseconds(),
  write: milliseconds(),
  hook: milliseconds(),
  session: milliseconds(),
};

const certificate: OptionReaders<ServerCertificate> = { key: pem, cert: pem, passphrase: text };

const clientCertificates: OptionReaders<ClientCertificateOptions> = { ca: oneOrMore(pem), required: flag };

const extensions: OptionReaders<OfferedExtensions> = {
  DSN: flag,
  REQUIRETLS: flag,
  DELIVERBY: wholeNumber(0),
  FUTURERELEASE: wholeNumber(1),
  "MT-PRIORITY": oneOf(["", "MIXER", "STANAG4406", "NSEP"]),
};

/** The readers of all options of a server. */
export const serverOptionReaders: OptionReaders<SmtpServerOptions> = {
  ...listenOptions,
  listeners: listOf(group(listenOptions)),
  hostname: text,
  certificates: oneOrMore(group(certificate, ["key", "cert"])),
  minVersion: oneOf(["TLSv1.2", "TLSv1.3"]),
  clientCertificates: group(clientCertificates, ["ca"]),
  allowPlaintextCredentials: flag,
  mechanisms: listOf(oneOf([...serverMechanisms.keys()])),
  domains: listOf(text),
  relay: oneOf(["authenticated"]),
  maxMessageSize: wholeNumber(0),
  maxLineLength: wholeNumber(512),
  maxContentLineLength: wholeNumber(0),
  maxHops: wholeNumber(1),
  maxRecipients: wholeNumber(1),
  maxTransactions: wholeNumber(0),
  maxConnections: wholeNumber(1),
  maxConnectionsPerAddress: wholeNumber(1),
  maxRefusedRecipients: wholeNumber(0),
  maxCommands: wholeNumber(1),
  maxUnknownCommands: wholeNumber(0),
  minUploadRate: wholeNumber(1),
  maxReplyBacklog: wholeNumber(1),
  maxErrors: wholeNumber(0),
  maxAuthAttempts: wholeNumber(1),
  authFailureDelay: milliseconds(0),
  greetingDelay: milliseconds(0),
  lenient: flag,
  extensions: group(extensions),
  received: flag,
  timeouts: group(timeouts),
  logger: readLogger,
  logAddresses: flag,
  state: callback,
  connect: callback,
  hello: callback,
  auth: callback,
  mail: callback,
  recipient: callback,
  data: callback,
  onError: callback,
};
