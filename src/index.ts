/// <reference types="node" preserve="true" />
/**
 * envoi: builds mail and sends it through a relay.
 *
 * The SMTP server is `envoi/server`, the server for tests `envoi/testing`.
 *
 * @example
 * ```ts
 * await using transport = SmtpTransport.relay("mail.example.org")
 *   .credentials(Credentials.password("shop", "secret"))
 *   .build();
 * await transport.send({ from: "shop@example.org", to: "jane@example.net", subject: "Your order", text: "Thank you!"
 * });
 * ```
 *
 * @module envoi
 */

// Messages

export { Attachment, type AttachmentOptions } from "./message/attachment.ts";
export type { AutoSubmitted } from "./message/auto-submitted.ts";
export { MessageBuilder } from "./message/builder.ts";
export type { ByteSource, ByteSourceInput } from "./message/byte-source.ts";
export type { CalendarOptions } from "./message/calendar.ts";
export type { DeliveryStatusFields, RecipientStatus } from "./message/delivery-status.ts";
export type { FeedbackReportFields } from "./message/feedback-report.ts";
export type { ListUnsubscribeOptions } from "./message/list-unsubscribe.ts";
export { Message } from "./message/message.ts";
export type {
  AlternativeFields,
  CalendarFields,
  ListUnsubscribeFields,
  MessageFields,
} from "./message/message-fields.ts";
export type { Priority } from "./message/priority.ts";
export { Report } from "./message/report.ts";
export type { ReportFields } from "./message/report-parts.ts";
export type { ResentFields } from "./message/resent.ts";
export type { Signer, Signing } from "./message/signer.ts";
export { Charset } from "./mime/charset.ts";
export type { RawField } from "./mime/head-reader.ts";
export { Header } from "./mime/header.ts";
export { Headers } from "./mime/headers.ts";
export { MessageIds, type ParsedMessageIds } from "./mime/message-ids.ts";
export { MultiPart, type MultiPartOptions } from "./mime/multi-part.ts";
export type { Pairs } from "./mime/pairs.ts";
export type { Part } from "./mime/part.ts";
export type { PartOptions } from "./mime/part-options.ts";
export { SinglePart, type TextOptions } from "./mime/single-part.ts";
export type { OneOrMore } from "./text/options/one-or-more.ts";

// Addresses

export { Address } from "./address/address.ts";
export { Envelope, type EnvelopeFields } from "./address/envelope.ts";
export { Group, type RecipientInput } from "./address/group.ts";
export { Mailbox, type MailboxFields, type MailboxInput } from "./address/mailbox.ts";
export { Mailboxes } from "./address/mailboxes.ts";

// Signing

export type { DkimAlgorithm, DkimKeyInput, DkimSignCallback, DkimSignRequest } from "./signing/dkim-key.ts";
export type { DkimOptions, DkimRecord } from "./signing/dkim-options.ts";
export { DkimSigner } from "./signing/dkim-signer.ts";

// The SMTP transport

export type { ConnectedSocket, Connector, ConnectTarget } from "./net/client/connector.ts";
export { DEFAULT_TIMEOUT, type Timeouts } from "./net/client/timeouts.ts";
export { SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT } from "./protocol/ports.ts";
export type { TestConnectionOptions } from "./transport/smtp/connection-tests.ts";
export { LmtpTransport } from "./transport/smtp/lmtp-transport.ts";
export { Credentials, type TokenSource } from "./transport/smtp/login/credentials.ts";
export { Mechanism, type SaslExchange, type SaslMechanism } from "./transport/smtp/login/mechanism.ts";
export type { RefreshTokenOptions } from "./transport/smtp/login/refresh-token-options.ts";
export type { TokenFetcher, TokenRequest } from "./transport/smtp/login/shared-token.ts";
export type { PoolConfig, Rate } from "./transport/smtp/pool/pool-config.ts";
export type { ServerInfo } from "./transport/smtp/session/server-info.ts";
export { SmtpTransport, SmtpTransportBuilder } from "./transport/smtp/smtp-transport.ts";
export type { Slowdown, TransportStatus } from "./transport/smtp/status.ts";
export type { TlsIdentity, TlsVersion } from "./transport/smtp/tls/tls-identity.ts";
export { Tls, type TlsMode } from "./transport/smtp/tls/tls-mode.ts";
export { TlsParameters, TlsParametersBuilder } from "./transport/smtp/tls/tls-parameters.ts";

// Logging and events

export type { ReplyFacts } from "./net/journal.ts";
export type { Logger } from "./net/logger.ts";
export type {
  AuthEvent,
  CommandEvent,
  ConnectEvent,
  ConnectionEvent,
  ReplyEvent,
  SendEvent,
  TlsEvent,
  TraceEvent,
  TransportEvent,
} from "./transport/smtp/observer/events.ts";

// Transports in front of others, and transports without SMTP

export { FailoverTransport } from "./transport/forwarding/failover-transport.ts";
export type { NamedRelay, RelayOptions } from "./transport/forwarding/relay-failover.ts";
export { type RetryOptions, RetryTransport } from "./transport/forwarding/retry-transport.ts";
export { RoundRobinTransport } from "./transport/forwarding/round-robin-transport.ts";
export type { Deliver, HandedOver } from "./transport/local/deliver.ts";
export { FileTransport, type StoredMail } from "./transport/local/file-transport.ts";
export { HandedMail } from "./transport/local/handed-mail.ts";
export {
  RawTransport,
  type RawTransportOptions,
} from "./transport/local/raw-transport.ts";
export { type SendmailOptions, SendmailTransport } from "./transport/local/sendmail-transport.ts";
export { type StubbedMail, StubTransport } from "./transport/local/stub-transport.ts";

// Sending: options, and runs of many mails

export type { DeliverBy } from "./protocol/parameters/deliver-by.ts";
export type { OriginalRecipient } from "./protocol/parameters/dsn-values.ts";
export type {
  DsnNotify,
  DsnOccasion,
  DsnOptions,
  RecipientDsnOptions,
} from "./transport/extension-options/dsn-options.ts";
export type {
  DispensableOption,
  HoldOptions,
  RequestOptions,
} from "./transport/extension-options/extension-options.ts";
export type { ParameterOption, ParameterOptions } from "./transport/extension-options/parameter-options.ts";
export type { RawContent } from "./transport/mail/raw-mail.ts";
export type {
  SendAllItem,
  SendAllOptions,
  SendItem,
  SendOutcome,
  SendRawItem,
  SendRun,
  SendSource,
  SendTotals,
  TagOf,
} from "./transport/send-all/send-run.ts";
export type { SendCounts } from "./transport/send-all/tally.ts";
export type { CloseOptions, SendOptions } from "./transport/send-options.ts";
export type { Transport } from "./transport/transport.ts";

// Outcomes

export type { Phase } from "./protocol/phase.ts";
export { Reply, type ReplyFields } from "./protocol/reply.ts";
export type { Outcome, RecipientOutcome, SendReport, TlsFacts } from "./protocol/send-report.ts";

// Errors

export { AddressError } from "./address/address-error.ts";
export { type Delivery, EnvoiError, type ErrorClass, type ErrorKind } from "./errors.ts";
export { MessageError, type MessageErrorDetails } from "./mime/message-error.ts";
export { SendError, SmtpError } from "./protocol/send-error.ts";
