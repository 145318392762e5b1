import type { Dns } from "../../dns/dns.ts";
import { foreign, quoted } from "../../foreign-text.ts";
import { type Finding, finding } from "../finding.ts";

/** Where a domain wants reports about TLS (RFC 8460). */
export interface TlsReportingFacts {
  readonly name: string;
  readonly records: readonly string[];
  readonly reason?: string | undefined;
}

/** Looks up the record of TLS-RPT. */
export async function lookUpTlsReporting(dns: Dns, domain: string): Promise<TlsReportingFacts> {
  const name = `_smtp._tls.${domain}`;
  const answer = await dns.resolver.resolve(name, "TXT");
  if (answer.outcome === "temporary") return { name, records: [], reason: answer.reason };
  const texts = answer.outcome === "found" ? answer.records.map(String) : [];
  return { name, records: texts.filter((text) => /^v=TLSRPTv1(?:\s*;|$)/.test(text)) };
}

/** What is wrong with the record, if there is one. */
export function judgeTlsReporting({ name, records, reason }: TlsReportingFacts): Finding[] {
  if (reason !== undefined)
    return [finding("dns-failed", name, `TLS-RPT could not be looked up: ${foreign(reason)}.`, "Try again.")];
  const [record, another] = records;
  if (record === undefined) return [];
  if (another !== undefined)
    return [
      finding(
        "tls-rpt-invalid",
        name,
        `There are ${records.length} TLS-RPT records at ${name}: nobody sends reports (RFC 8460 3).`,
        "Leave one of them, with all destinations.",
      ),
    ];
  const [, list = ""] = /;\s*rua\s*=\s*([^;]*)/.exec(record) ?? [];
  const uris = list.split(",").map((uri) => uri.trim());
  if (uris.every((uri) => /^(?:mailto:[^@\s]+@[^@\s]+|https:\/\/\S+)$/i.test(uri))) return [];
  return [
    finding(
      "tls-rpt-invalid",
      name,
      `The TLS-RPT record names no valid destination: ${quoted(record)}.`,
      'Publish "v=TLSRPTv1; rua=mailto:tls-reports@…".',
    ),
  ];
}
