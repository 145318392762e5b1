import { checkSpf } from "../../../verify/spf/check-spf.ts";
import { isSpfRecord, parseSpfRecord } from "../../../verify/spf/spf-record.ts";
import type { SpfVerdict } from "../../../verify/spf/spf-verdict.ts";
import type { Dns } from "../../dns/dns.ts";
import { foreign, quoted } from "../../foreign-text.ts";
import { type Finding, finding } from "../finding.ts";

/** The SPF record of a domain, and what a client that it does not name gets. */
export interface SenderPolicyFacts {
  readonly domain: string;
  readonly records: readonly string[];
  /** How many terms ask DNS, those of the records that it includes too; at most {@link MOST_COUNTED}. */
  readonly lookups: number;
  /** The verdict for an address that nobody has. */
  readonly verdict: SpfVerdict;
}

/** RFC 7208 4.6.4. */
const ALLOWED = 10;
/** A record that includes itself has no end. */
const MOST_COUNTED = 100;

/** An address of a class that is not in use: no mechanism names it but those that match everybody. */
const NOBODY = "240.0.0.1";

/** Looks up and evaluates the SPF record of a domain, by `envoi/verify`. */
export async function lookUpSenderPolicy(
  dns: Dns,
  domain: string,
  deadline: number,
): Promise<SenderPolicyFacts> {
  const { resolver } = dns;
  const answer = await resolver.resolve(domain, "TXT");
  const texts = answer.outcome === "found" ? answer.records.map(String) : [];
  const records = texts.filter(isSpfRecord);
  const [lookups, verdict] = await Promise.all([
    records.length === 1 ? countLookups(dns, domain, deadline) : 0,
    checkSpf({ ip: NOBODY, hello: domain, from: `postmaster@${domain}`, resolver, deadline }),
  ]);
  return { domain, records, lookups, verdict };
}

/**
 * Counts the terms that ask DNS in a record and in all that it includes, whatever matches: a receiver may have to
 * evaluate them all.
 */
async function countLookups({ resolver }: Dns, domain: string, deadline: number): Promise<number> {
  const until = performance.now() + deadline;
  let count = 0;
  const visit = async (name: string): Promise<void> => {
    if (count >= MOST_COUNTED || performance.now() > until) return;
    const answer = await resolver.resolve(name, "TXT");
    const text = answer.outcome === "found" ? answer.records.map(String).find(isSpfRecord) : undefined;
    const record = text === undefined ? "" : parseSpfRecord(text);
    if (typeof record === "string") return;
    const isOpen = !record.directives.some(({ mechanism }) => mechanism.name === "all");
    for (const { mechanism, text: term } of record.directives) {
      if (/^(?:all|ip4|ip6)$/.test(mechanism.name)) continue;
      count++;
      if (mechanism.name === "include") await follow(term, ":");
    }
    if (record.redirect === undefined || !isOpen) return;
    count++;
    await follow(record.redirect.text, "=");
  };
  const follow = async (term: string, separator: string): Promise<void> => {
    const target = term
      .slice(term.indexOf(separator) + 1)
      .replace(/\.$/, "")
      .toLowerCase();
    // A name that depends on the mail cannot be followed.
    if (!target.includes("%")) await visit(target);
  };
  await visit(domain);
  return Math.min(count, MOST_COUNTED);
}

/** What is wrong with an SPF record. */
export function judgeSenderPolicy({ domain, records, lookups, verdict }: SenderPolicyFacts): Finding[] {
  const { code, result, mechanism } = verdict;
  const reason = `${foreign(verdict.reason, 300)}.`;
  const remedy = foreign(verdict.advice ?? "", 400);
  const findings: Finding[] = [];
  if (lookups > ALLOWED)
    findings.push(
      finding(
        "spf-too-many-lookups",
        domain,
        `The SPF record of ${domain} needs ${lookups >= MOST_COUNTED ? `more than ${MOST_COUNTED - 1}` : lookups} DNS look-ups, and SPF allows ${ALLOWED} (RFC 7208 4.6.4). Receivers stop with permerror, so SPF does not pass.`,
        "Replace include, a, mx, ptr, exists or redirect by ip4 and ip6, or remove services that no longer send for this domain.",
      ),
    );
  const told = (finding: Finding) => [...findings, finding];
  switch (code) {
    case "no-record":
      return told(
        finding(
          "spf-missing",
          domain,
          `${domain} has no SPF record: anybody can send in its name, and large receivers distrust its mail.`,
          `Publish a TXT record at ${domain} that names all servers that send for it, such as "v=spf1 mx -all"; "v=spf1 -all" if none does.`,
        ),
      );
    case "several-records":
      return told(
        finding(
          "spf-several-records",
          domain,
          `${domain} has ${records.length} SPF records, so none counts (RFC 7208 4.5).`,
          "Put the terms of all of them into one record that begins with v=spf1.",
        ),
      );
    case "too-many-lookups":
      return lookups > ALLOWED
        ? findings
        : told(finding("spf-too-many-lookups", domain, sentence(reason), remedy));
    case "syntax":
      return told(finding("spf-syntax", domain, `SPF does not work: ${reason}`, remedy));
    case "missing-record":
      return told(finding("spf-missing-record", domain, `SPF does not work: ${reason}`, remedy));
    case "too-many-void-lookups":
    case "too-many-names":
      return told(finding("spf-limits", domain, `SPF does not work: ${reason}`, remedy));
    case "dns":
    case "deadline":
    case "too-many-queries":
      return told(
        finding(
          "dns-failed",
          domain,
          `SPF could not be evaluated: ${reason}`,
          "Try again. If it stays so, look at the DNS servers of the names in the record.",
        ),
      );
    case "matched":
      if (result === "pass")
        return told(
          finding(
            "spf-anybody",
            domain,
            `The SPF record of ${domain} allows everybody to send in its name, by ${quoted(mechanism ?? "", 100)}.`,
            'Name the servers that send for the domain, and end the record with "-all" or "~all".',
          ),
        );
      if (result !== "neutral") return findings;
  }
  if (result !== "neutral") return findings;
  return told(
    finding(
      "spf-neutral",
      domain,
      `The SPF record of ${domain} says nothing about servers that it does not name: ${quoted(records[0] ?? "")}.`,
      'End the record with "~all" or "-all".',
    ),
  );
}

function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
