/// <reference types="node" preserve="true" />
/**
 * envoi/verify: who sent a mail (SPF, DKIM, DMARC, ARC).
 *
 * @example
 * ```ts
 * const resolver = Resolver.zone({ "example.org": { TXT: "v=spf1 -all" } });
 * await resolver.resolve("example.org", "TXT");
 * ```
 *
 * @module envoi/verify
 */

export type { DkimCode, DkimResult, DkimVerdict } from "./dkim/dkim-verdict.ts";
export { verifyDkim } from "./dkim/verify-dkim.ts";
export type { LookUpOptions } from "./look-up-options.ts";
export type { MessageSource } from "./message/message-source.ts";
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
export { Resolver } from "./resolver/resolver.ts";
export type {
  AskedQuestion,
  Zone,
  ZoneFailure,
  ZoneRecords,
  ZoneResolver,
} from "./resolver/zone-resolver.ts";
export type { SignatureAlgorithm } from "./signature/signature.ts";
