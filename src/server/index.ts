/// <reference types="node" preserve="true" />
/**
 * envoi/server: an SMTP server to embed.
 *
 * @example
 * ```ts
 * await using server = await SmtpServer.listen({
 *   port: 2525,
 *   domains: ["lists.example"],
 *   async data({ envelope, content }) {
 *     for await (const piece of content) await store(envelope, piece);
 *   },
 * });
 * console.log(server.port);
 * ```
 *
 * @module envoi/server
 */

export type { Address } from "../address/address.ts";
export type { ReplyFacts } from "../net/journal.ts";
export type { Logger } from "../net/logger.ts";
export type { CertificateAnswer, CertificateFunction } from "../net/server/certificate-lookup.ts";
export type { CertificateSources } from "../net/server/certificate-table.ts";
export type { ServerCertificate } from "../net/server/server-certificate.ts";
export type { ClientCertificate, TlsSession } from "../net/server/tls-acceptor.ts";
export type { ClientCertificateOptions } from "../net/server/tls-service.ts";
export type { DeliverBy } from "../protocol/parameters/deliver-by.ts";
export type { Notify, OriginalRecipient } from "../protocol/parameters/dsn-values.ts";
export type { MailParameters, RcptParameters } from "../protocol/parameters/parameters.ts";
export type { Endpoint } from "../protocol/proxy-header/proxy-header.ts";
export type { ProxyTls, ProxyTlv } from "../protocol/proxy-header/proxy-tlvs.ts";
export { Reply, type ReplyFields } from "../protocol/reply.ts";
export {
  deriveScramKeys,
  type HashName,
  type KeyDerivation,
  type ScramKeys,
} from "../protocol/sasl/scram-keys.ts";
export type { EnvelopeRecipient, ReceivedEnvelope } from "../protocol/server/envelope.ts";
export type { OfferedExtensions } from "../protocol/server/settings.ts";
export type { Authentication } from "../verify/authentication/authentication.ts";
export type { SpfVerdict } from "../verify/spf/spf-verdict.ts";
export type {
  ClientIdentity,
  Peer,
  ProxyInformation,
  XclientInformation,
} from "./connection/client-identity.ts";
export type { ConnectionState } from "./connection/connection.ts";
export type { Authenticated, Forwarded, Hello, Session } from "./connection/session.ts";
export type {
  AtrnContext,
  AuthContext,
  AuthVerdict,
  BurlContext,
  BurlOptions,
  ConnectContext,
  DataContext,
  ErrorContext,
  EtrnContext,
  FetchedContent,
  HelloContext,
  HookContext,
  MailContext,
  RecipientContext,
  RecipientVerdict,
  ReplyLike,
  SenderContext,
  SenderVerdict,
  ServerHooks,
  TurnedConnection,
  Verdict,
} from "./hooks/hooks.ts";
export { StoredAnywayError } from "./hooks/stored-anyway-error.ts";
export type { ListeningPlace } from "./listening-place.ts";
export type {
  Refusal,
  RefusedEvent,
  ServerAuthEvent,
  ServerClientEvent,
  ServerCommandEvent,
  ServerConnectionEvent,
  ServerMailEvent,
  ServerPhase,
  ServerReplyEvent,
  ServerTlsEvent,
  ServerTraceEvent,
} from "./observer/server-events.ts";
export type { ListenOptions, ServerTimeouts, SmtpServerOptions } from "./options/options.ts";
export type { ProxyProtocolOptions, XclientOptions, XforwardOptions } from "./options/proxies.ts";
export type { DmarcDecision, DmarcFunction, DmarcMode, VerifyOptions } from "./options/verify-options.ts";
export type { ListenerStatus, ServerStatus } from "./server-status.ts";
export type { CertificateChange } from "./server-tls.ts";
export { type CloseOptions, SmtpServer } from "./smtp-server.ts";
