/// <reference types="node" preserve="true" />
/**
 * envoi/verify: who sent a mail (SPF, DKIM, DMARC, ARC).
 *
 * @example
 * ```ts
 * const verdict = await checkSpf({
 *   ip: "192.0.2.1",
 *   hello: "mail.example.org",
 *   from: "ada@example.org",
 *   resolver: Resolver.system(),
 * });
 * console.log(verdict.result, verdict.reason);
 * ```
 *
 * @module envoi/verify
 */

export type { Address } from "../address/address.ts";
export type { Advice, AdviceSeverity } from "./advice/advice.ts";
export { advise } from "./advice/advise.ts";
export { ArcSealer, type ArcSealerOptions, type SealedFindings } from "./arc/arc-sealer.ts";
export type { ArcCode, ArcResult, ArcSet, ArcVerdict } from "./arc/arc-verdict.ts";
export { verifyArc } from "./arc/verify-arc.ts";
export { authenticate } from "./authentication/authenticate.ts";
export type { Authentication, AuthenticationAuthor } from "./authentication/authentication.ts";
export { Authenticator } from "./authentication/authenticator.ts";
export type { AuthenticatorOptions } from "./authentication/authenticator-options.ts";
export type { DkimCode, DkimResult, DkimVerdict } from "./dkim/dkim-verdict.ts";
export { verifyDkim } from "./dkim/verify-dkim.ts";
export type { Authenticated, DmarcEvidence } from "./dmarc/alignment.ts";
export type {
  DmarcCode,
  DmarcPolicy,
  DmarcResult,
  DmarcVerdict,
  PublishedPolicy,
} from "./dmarc/dmarc-verdict.ts";
export { type DmarcOptions, evaluateDmarc } from "./dmarc/evaluate-dmarc.ts";
export { Srs, type SrsOptions } from "./forwarding/srs.ts";
export type { LookUpOptions } from "./look-up-options.ts";
export type { MessageSource } from "./message/message-source.ts";
export {
  DmarcReport,
  type DmarcReportFields,
  type ReportMail,
  type ReportMailOptions,
} from "./report/dmarc-report.ts";
export type {
  DmarcReportContents,
  DmarcReporter,
  DmarcReportRow,
  OverrideType,
  PolicyOverride,
  ReportedDkim,
  ReportedPolicy,
  ReportedSpf,
} from "./report/report-contents.ts";
export type { DestinationCode, ReportDestination } from "./report/report-destinations.ts";
export { type ReportRowFields, reportRow } from "./report/report-rows.ts";
export type {
  Answer,
  EmptyAnswer,
  FoundAnswer,
  MxRecord,
  Query,
  RecordType,
  ResolveOptions,
  TemporaryAnswer,
} from "./resolver/answer.ts";
export type { CacheOptions } from "./resolver/answer-cache.ts";
export { Resolver } from "./resolver/resolver.ts";
export type { SystemResolver, SystemResolverOptions } from "./resolver/system-resolver.ts";
export type {
  AskedQuestion,
  Zone,
  ZoneFailure,
  ZoneRecords,
  ZoneResolver,
} from "./resolver/zone-resolver.ts";
export { AuthenticationResults } from "./results/authentication-results.ts";
export type { MethodResult, ResultProperty, ResultsContent } from "./results/method-result.ts";
export type { SignatureAlgorithm } from "./signature/signature.ts";
export { checkSpf, type SpfOptions } from "./spf/check-spf.ts";
export type { Origin } from "./spf/spf-origin.ts";
export type { SpfCode, SpfResult, SpfVerdict } from "./spf/spf-verdict.ts";
