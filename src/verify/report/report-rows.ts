import type { DmarcVerdict } from "../dmarc/dmarc-verdict.ts";
import type { DmarcReportRow, PolicyOverride, ReportedDkim, ReportedSpf } from "./report-contents.ts";

/** What the row of one message is made of. */
export interface ReportRowFields {
  /** The IP address of the client. */
  readonly ip: string;
  /** What DMARC said. */
  readonly dmarc: Pick<DmarcVerdict, "result" | "domain" | "policy" | "disposition" | "aligned">;
  /** What SPF said. */
  readonly spf?:
    | { readonly result: ReportedSpf["result"]; readonly domain: string; readonly identity?: string }
    | undefined;
  /** What DKIM said about each signature. */
  readonly dkim?:
    | readonly {
        readonly result: ReportedDkim["result"];
        readonly domain?: string | undefined;
        readonly selector?: string | undefined;
        readonly reason?: string | undefined;
      }[]
    | undefined;
  /** What was done with the message. Default: what the owner asks for. */
  readonly disposition?: DmarcReportRow["disposition"] | undefined;
  /** Why something else was done. */
  readonly overrides?: readonly PolicyOverride[] | undefined;
}

/** A report should have no more for a row (RFC 9990 3.1.3). */
const mostSignatures = 100;

/**
 * The row of one message for a report, from what was found out about it.
 *
 * @example
 * ```ts
 * const row = reportRow({ ip: "192.0.2.1", dmarc: verdict });
 * DmarcReport.create({
 *   reporter: { organization: "Example", email: "postmaster@example.net" },
 *   begin: new Date("2026-11-29"),
 *   end: new Date("2026-11-30"),
 *   policy: { domain: "example.org", p: "reject" },
 *   rows: [row],
 * });
 * ```
 */
export function reportRow({
  ip,
  dmarc,
  spf,
  dkim = [],
  disposition,
  overrides,
}: ReportRowFields): DmarcReportRow {
  const passed = dmarc.result === "pass" && dmarc.policy !== undefined && dmarc.policy !== "none";
  const signatures = dkim.flatMap(({ domain, selector, result, reason }) =>
    domain === undefined
      ? []
      : [{ domain, selector, result, humanResult: result === "pass" ? undefined : reason }],
  );
  const order = (result: string) => (result === "pass" ? 0 : 1);
  return {
    ip,
    count: 1,
    disposition: disposition ?? (passed ? "pass" : dmarc.disposition),
    dkimAligned: dmarc.aligned.dkim,
    spfAligned: dmarc.aligned.spf,
    overrides,
    headerFrom: dmarc.domain ?? "",
    envelopeFrom: spf?.identity === "hello" ? "" : spf?.domain,
    dkim: signatures.sort((one, other) => order(one.result) - order(other.result)).slice(0, mostSignatures),
    spf: spf && [
      { domain: spf.domain, scope: spf.identity === "hello" ? undefined : "mfrom", result: spf.result },
    ],
  };
}

/** Adds the counts of rows that are otherwise the same. */
export function mergedRows(rows: readonly DmarcReportRow[]): DmarcReportRow[] {
  const merged = new Map<string, DmarcReportRow>();
  for (const row of rows) {
    const { ip, disposition, dkimAligned, spfAligned, overrides = [], dkim = [], spf = [] } = row;
    const identifiers = [row.headerFrom, row.envelopeFrom ?? null, row.envelopeTo ?? null];
    const key = JSON.stringify([ip, disposition, dkimAligned, spfAligned, overrides, identifiers, dkim, spf]);
    const known = merged.get(key);
    merged.set(key, known === undefined ? row : { ...known, count: known.count + row.count });
  }
  return [...merged.values()];
}
