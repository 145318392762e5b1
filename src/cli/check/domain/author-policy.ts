import { discover } from "../../../verify/dmarc/dmarc-policy.ts";
import { type DmarcRecord, parseDmarcRecord } from "../../../verify/dmarc/dmarc-record.ts";
import { Inquiry } from "../../../verify/inquiry.ts";
import { type ReportDestination, reportDestinations } from "../../../verify/report/report-destinations.ts";
import type { Dns } from "../../dns/dns.ts";
import { foreign, quoted } from "../../foreign-text.ts";
import { type Finding, finding } from "../finding.ts";
import { danglingAlias } from "../server/probe-server.ts";

/** What a domain says by DMARC (RFC 9989). */
export interface AuthorPolicyFacts {
  readonly domain: string;
  readonly outcome: "found" | "none" | "failed";
  readonly reason?: string | undefined;
  /** The texts at `_dmarc` of the domain that are, or should be, DMARC records. */
  readonly texts: readonly string[];
  /** The one that counts, which may be that of a domain above. */
  readonly record?: DmarcRecord | undefined;
  /** Whose record it is. */
  readonly recordDomain?: string | undefined;
  /** The name that `_dmarc` of the domain is an alias of, if that has no record. */
  readonly alias?: string | undefined;
  /** Where reports shall go, and whether they may. */
  readonly destinations: readonly ReportDestination[];
}

/** Looks up the DMARC record that counts for a domain, and where its reports go. */
export async function lookUpAuthorPolicy(
  dns: Dns,
  domain: string,
  deadline: number,
): Promise<AuthorPolicyFacts> {
  const inquiry = new Inquiry(dns.resolver, { deadline });
  try {
    const answer = await inquiry.ask(`_dmarc.${domain}`, "TXT");
    const none = { domain, texts: [], destinations: [] };
    if (answer.outcome === "temporary") return { ...none, outcome: "failed", reason: answer.reason };
    const all = answer.outcome === "found" ? answer.records : [];
    const texts = all.filter((text) => /^\s*v\s*=\s*DMARC/i.test(text));
    if (texts.length > 1) return { ...none, outcome: "found", texts };
    const [text] = texts;
    if (text !== undefined) {
      const record = parseDmarcRecord(text);
      const destinations = await reportDestinations(inquiry, domain, record?.rua ?? []);
      return { domain, outcome: "found", texts, record, recordDomain: domain, destinations };
    }
    const { applied, failure } = await discover(inquiry, domain);
    if (failure !== undefined) return { ...none, outcome: "failed", reason: failure.reason };
    if (applied === undefined)
      return { ...none, outcome: "none", alias: await danglingAlias(dns, `_dmarc.${domain}`) };
    return { ...none, outcome: "found", record: applied.record, recordDomain: applied.domain };
  } finally {
    inquiry.close();
  }
}

/** What is wrong with DMARC. */
export function judgeAuthorPolicy(facts: AuthorPolicyFacts): Finding[] {
  const { domain, outcome, texts, record, recordDomain = domain, destinations } = facts;
  const name = `_dmarc.${domain}`;
  if (outcome === "failed")
    return [
      finding(
        "dns-failed",
        name,
        `The DMARC record could not be looked up: ${foreign(facts.reason ?? "", 300)}.`,
        "Try again. If it stays so, look at the DNS servers of the domain.",
      ),
    ];
  if (outcome === "none")
    return [
      finding(
        "dmarc-missing",
        name,
        `${facts.alias === undefined ? "" : `${name} is an alias (CNAME) of ${foreign(facts.alias, 253)}, which has no DMARC record. `}Neither ${domain} nor a domain above it has a DMARC record, so SPF and DKIM do not protect the address in From, and large receivers distrust the mail.`,
        `Publish a TXT record at ${name}: "v=DMARC1; p=none; rua=mailto:dmarc@${domain}", read the reports, then raise p.`,
      ),
    ];
  if (texts.length > 1)
    return [
      finding(
        "dmarc-several-records",
        name,
        `There are ${texts.length} DMARC records at ${name}, so none counts (RFC 9989 4.10).`,
        "Leave one of them.",
      ),
    ];
  if (record === undefined)
    return [
      finding(
        "dmarc-invalid",
        name,
        `The record at ${name} is not a DMARC record: ${quoted(texts[0] ?? "")}.`,
        'It must begin with "v=DMARC1;", in capitals and with the semicolon.',
      ),
    ];
  if (record.invalid !== undefined)
    return [
      finding(
        "dmarc-invalid",
        `_dmarc.${recordDomain}`,
        `The DMARC record at _dmarc.${recordDomain} has a policy that is not valid: ${quoted(record.invalid, 100)}.`,
        "Correct it: p, sp and np are none, quarantine or reject.",
      ),
    ];
  return [
    ...judgePolicy(domain, recordDomain, record),
    ...destinations.flatMap((each) => judgeDestination(name, each)),
  ];
}

function judgePolicy(domain: string, recordDomain: string, { policies, testing }: DmarcRecord): Finding[] {
  const tag = domain === recordDomain ? "p" : "sp";
  const name = `_dmarc.${recordDomain}`;
  const policy = policies?.[tag] ?? "none";
  if (policy === "none")
    return [
      finding(
        "dmarc-policy-none",
        name,
        `The DMARC policy for ${domain} is ${tag}=none: mail that fails is delivered all the same, so anybody can write in its name.`,
        "Read the reports until all your own mail passes, then set p=quarantine and later p=reject.",
      ),
    ];
  if (!testing) return [];
  return [
    finding(
      "dmarc-testing",
      name,
      `The DMARC record at ${name} is marked as a test (t=y): its policy is applied one step weaker.`,
      "Take t=y out of the record when all your own mail passes.",
    ),
  ];
}

function judgeDestination(name: string, { uri, code, reason }: ReportDestination): Finding[] {
  if (code === "own" || code === "authorized" || code === "unknown") return [];
  return [
    finding(
      "dmarc-report-destination",
      name,
      `No reports go to ${quoted(uri, 100)}: ${foreign(reason, 300)}.`,
      code === "not-authorized"
        ? "Ask the operator of that domain to publish the record, or send the reports to an address of your own."
        : "Name the destination as mailto: with one address.",
    ),
  ];
}
