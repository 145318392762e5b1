import type { DomainSummary } from "./domain/domain-summary.ts";
import type { Finding } from "./finding.ts";
import type { ServerSummary } from "./server/server-summary.ts";

/** What a check came to: plain data, from which both the text and the JSON are made. */
export interface CheckReport {
  /** What was checked: a URL without user and password, or a domain. */
  readonly target: string;
  /** Whether nothing was found. */
  readonly ok: boolean;
  /** The worst first. */
  readonly findings: readonly Finding[];
  readonly server?: ServerSummary;
  readonly domain?: DomainSummary;
}
