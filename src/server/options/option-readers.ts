import { domainOption } from "../../address/domain-option.ts";
import { readLogger } from "../../net/logger.ts";
import { type CertificateFunction, readCertificate } from "../../net/server/certificate-lookup.ts";
import type { CertificateSources } from "../../net/server/certificate-table.ts";
import { readPemCertificates } from "../../net/server/server-certificate.ts";
import type { ClientCertificateOptions } from "../../net/server/tls-service.ts";
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
import { type OptionReader, type OptionReaders, wrongOption } from "../../text/options/option-reader.ts";
import type { BurlOptions } from "../hooks/hooks.ts";
import type { ListenOptions, ServerTimeouts, SmtpServerOptions } from "./options.ts";
import { readProxyProtocol, readXclient, readXforward } from "./proxies.ts";
import { readVerify } from "./verify-options.ts";

const listenOptions: OptionReaders<ListenOptions> = {
  host: text,
  port: wholeNumber(0, 65_535),
  path: text,
  tls: oneOf(["none", "starttls", "implicit"]),
  lmtp: flag,
  minVersion: oneOf(["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]),
  ciphers: text,
  requireTls: flag,
  requireAuth: flag,
  proxyProtocol: readProxyProtocol,
  xclient: readXclient,
  xforward: readXforward,
};

const burl: OptionReaders<BurlOptions> = { servers: listOf(text), fetch: callback };

const timeouts: OptionReaders<ServerTimeouts> = {
  command: milliseconds(),
  content: milliseconds(),
  handshake: milliseconds(),
  write: milliseconds(),
  hook: milliseconds(),
  session: milliseconds(),
};

/** Reads the option `certificates`, of a server and of `setCertificates`. */
export function readCertificates(value: unknown, field: string): CertificateSources {
  const read = (each: unknown, at: string) =>
    typeof each === "function" ? callback<CertificateFunction>(each, at) : readCertificate(each, at);
  if (!Array.isArray(value)) return read(value, field);
  // Without any, the server would speak no TLS, and nobody would know.
  if (value.length === 0) throw wrongOption(field, "at least one certificate", value);
  return listOf(read)(value, field);
}

const clientCertificates: OptionReaders<ClientCertificateOptions> = { ca: readAuthorities, required: flag };

function readAuthorities(value: unknown, field: string): ClientCertificateOptions["ca"] {
  const authorities = oneOrMore(pem)(value, field);
  if (authorities.length === 0) throw wrongOption(field, "PEM as a string or a Buffer", value);
  for (const [index, authority] of authorities.entries())
    readPemCertificates(authority, Array.isArray(value) ? `${field}[${index}]` : field);
  return authorities;
}

/** Reads the option `clientCertificates`, of a server and of `setCertificates`. */
export const readClientCertificates: OptionReader<ClientCertificateOptions> = group(clientCertificates, [
  "ca",
]);

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
  hostname: domainOption,
  certificates: readCertificates,
  minVersion: oneOf(["TLSv1.2", "TLSv1.3"]),
  clientCertificates: readClientCertificates,
  allowPlaintextCredentials: flag,
  mechanisms: listOf(oneOf([...serverMechanisms.keys()])),
  domains: listOf(domainOption),
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
  verify: readVerify,
  timeouts: group(timeouts),
  logger: readLogger,
  logAddresses: flag,
  state: callback,
  connect: callback,
  hello: callback,
  auth: callback,
  mail: callback,
  sender: callback,
  recipient: callback,
  data: callback,
  etrn: callback,
  atrn: callback,
  burl: group(burl, ["servers", "fetch"]),
  onError: callback,
};
