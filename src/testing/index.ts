/// <reference types="node" preserve="true" />
/**
 * envoi/testing: a server for tests, which catches mail and shows it.
 *
 * @example
 * ```ts
 * await using server = await TestServer.start();
 * await server.transport().send({ from: "a@a.test", to: "b@b.test", subject: "Hello", text: "Hi" });
 * assertMail(server, { to: "b@b.test", subject: "Hello" });
 * ```
 *
 * @module envoi/testing
 */

export type { ParsedHeader } from "../mime/reading/head.ts";
export { assertMail, assertNoFindings, type Received } from "./assertions/assert-mail.ts";
export type { MailExpectation } from "./assertions/mail-expectation.ts";
export { type MailMatchers, type MatcherResult, mailMatchers } from "./assertions/matchers.ts";
export {
  CertificateAuthority,
  type CertificateRequest,
  type IssuedCertificate,
} from "./certificates/certificates.ts";
export type { CertificateFlaw } from "./certificates/server-certificate.ts";
export {
  type Drop,
  type DropFault,
  type DropManner,
  type EhloFault,
  type Fault,
  type FaultCondition,
  type FaultManner,
  type FaultMoment,
  type FaultPoint,
  type FaultTrigger,
  type GreylistFault,
  postfixErrorLimits,
  type RawFault,
  type ReplyFault,
  type ScramFault,
  type ScramLie,
  type SlowFault,
  type StallFault,
  type StorageFault,
  type TlsChanges,
  type TlsFault,
  type TlsVersion,
} from "./faults/definition/fault.ts";
export type { FaultHandle, StandingFault } from "./faults/selection/fault-book.ts";
export { type Finding, type FindingRule, findingRules } from "./findings/finding.ts";
export type { CapturedMessage, MessageMatch, MessagePattern } from "./messages/captured-message.ts";
export type { KeepOptions } from "./messages/captured-messages.ts";
export { Inbox, type WaitOptions } from "./messages/inbox.ts";
export type { ParsedAttachment, ParsedMessage } from "./messages/parsed-message.ts";
export type { ParsedMailbox } from "./messages/reading/mailboxes.ts";
export type { ServerEnvironment } from "./server-environment.ts";
export { TestServer } from "./test-server.ts";
export type { TestServerOptions } from "./test-server-options.ts";
export type { TestVerifyOptions } from "./test-verify-options.ts";
export type { Transcript, TranscriptLine } from "./transcripts/transcript.ts";
export {
  type ArrivedMail,
  type TransportUnderTest,
  transportContract,
} from "./transport-contract.ts";
