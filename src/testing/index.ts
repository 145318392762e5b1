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

export { assertMail, assertNoFindings, type Received } from "./assert-mail.ts";
export type { CapturedMessage, MessageMatch, MessagePattern } from "./captured-message.ts";
export type { KeepOptions } from "./captured-messages.ts";
export { CertificateAuthority, type CertificateRequest, type IssuedCertificate } from "./certificates.ts";
export type { ServerEnvironment } from "./environment.ts";
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
} from "./faults/fault.ts";
export type { FaultHandle } from "./faults/fault-book.ts";
export { type Finding, type FindingRule, findingRules } from "./findings/finding.ts";
export { Inbox, type WaitOptions } from "./inbox.ts";
export type { MailExpectation } from "./mail-expectation.ts";
export { type MailMatchers, type MatcherResult, mailMatchers } from "./matchers.ts";
export type { ParsedAttachment, ParsedMessage } from "./parsed-message.ts";
export type { ParsedHeader } from "./reading/head.ts";
export type { ParsedMailbox } from "./reading/mailboxes.ts";
export type { CertificateFlaw } from "./server-certificate.ts";
export { TestServer } from "./test-server.ts";
export type { TestServerOptions } from "./test-server-options.ts";
export type { Transcript, TranscriptLine } from "./transcript.ts";
export {
  type ArrivedMail,
  type TransportUnderTest,
  transportContract,
} from "./transport-contract.ts";
