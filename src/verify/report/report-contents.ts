import type { DmarcPolicy } from "../dmarc/dmarc-verdict.ts";

/** Who made a report, about which time (RFC 9990 3.1.1.3). */
export interface DmarcReporter {
  /** The name of the organization. */
  readonly organization: string;
  /** Whom to ask about the report: an address. */
  readonly email: string;
  /** More about whom to ask. */
  readonly extraContact?: string | undefined;
  /** Tells two reports about the same domain apart. */
  readonly id: string;
  /** What was wrong with the DMARC record, in words. */
  readonly error?: string | undefined;
  /** The program that made the report. */
  readonly generator?: string | undefined;
}

/** The policy that the reporter found (RFC 9990 3.1.1.5). */
export interface ReportedPolicy {
  /** The domain whose DMARC record it is. */
  readonly domain: string;
  /** The policy for the domain. */
  readonly p: DmarcPolicy;
  /** The policy for its subdomains. */
  readonly sp?: DmarcPolicy | undefined;
  /** The policy for subdomains that do not exist. */
  readonly np?: DmarcPolicy | undefined;
  /** The alignment of DKIM: strict or relaxed. */
  readonly adkim?: "r" | "s" | undefined;
  /** The alignment of SPF. */
  readonly aspf?: "r" | "s" | undefined;
  /** Whether the policy was only being tested. */
  readonly testing?: boolean | undefined;
  /** When failure reports are wanted. */
  readonly fo?: string | undefined;
  /** How the record was found: by a list of public suffixes (RFC 7489) or by the tree walk (RFC 9989). */
  readonly discovery?: "psl" | "treewalk" | undefined;
}

/** Why a policy was not applied (RFC 9990 3.1.6). The last two are of RFC 7489. */
export type OverrideType =
  | "local_policy"
  | "mailing_list"
  | "other"
  | "policy_test_mode"
  | "trusted_forwarder"
  | "forwarded"
  | "sampled_out";

/** Why a policy was not applied, in a word and in words. */
export interface PolicyOverride {
  /** The kind of reason. */
  readonly type: OverrideType;
  /** The reason. */
  readonly comment?: string | undefined;
}

/** What DKIM said about one signature. */
export interface ReportedDkim {
  /** The domain that signed (`d=`). */
  readonly domain: string;
  /** The selector (`s=`); old reports leave it out. */
  readonly selector?: string | undefined;
  /** A word of RFC 8601. */
  readonly result: "none" | "pass" | "fail" | "policy" | "neutral" | "temperror" | "permerror";
  /** The result in words. */
  readonly humanResult?: string | undefined;
}

/** What SPF said. */
export interface ReportedSpf {
  /** The domain that was checked. */
  readonly domain: string;
  /** Whether it is that of MAIL FROM or, in old reports, the name in HELO. */
  readonly scope?: "mfrom" | "helo" | undefined;
  /** A word of RFC 8601. */
  readonly result: "none" | "pass" | "fail" | "softfail" | "policy" | "neutral" | "temperror" | "permerror";
  /** The result in words. */
  readonly humanResult?: string | undefined;
}

/** Messages of the same sender with the same results (RFC 9990 3.1.1.7). */
export interface DmarcReportRow {
  /** The IP address of the client. */
  readonly ip: string;
  /** How many messages. */
  readonly count: number;
  /** What was done: `"pass"` if a policy could have been applied and the messages passed. */
  readonly disposition: "none" | "pass" | "quarantine" | "reject";
  /** Whether DKIM passed for an aligned domain. */
  readonly dkimAligned: boolean;
  /** Whether SPF passed for an aligned domain. */
  readonly spfAligned: boolean;
  /** Why something else was done than the policy asks for. */
  readonly overrides?: readonly PolicyOverride[] | undefined;
  /** The domain of the author. */
  readonly headerFrom: string;
  /** The domain of MAIL FROM; empty for the null sender. */
  readonly envelopeFrom?: string | undefined;
  /** The domain of the recipient. */
  readonly envelopeTo?: string | undefined;
  /** What DKIM said, aligned or not. */
  readonly dkim?: readonly ReportedDkim[] | undefined;
  /** What SPF said, aligned or not; old reports may have several. */
  readonly spf?: readonly ReportedSpf[] | undefined;
}

/** All that a DMARC aggregate report says (RFC 9990). */
export interface DmarcReportContents {
  /** Who made it. */
  readonly reporter: DmarcReporter;
  /** The begin of the time that it is about. */
  readonly begin: Date;
  /** The end of that time. */
  readonly end: Date;
  /** The policy that was found. */
  readonly policy: ReportedPolicy;
  /** The messages. */
  readonly rows: readonly DmarcReportRow[];
}
