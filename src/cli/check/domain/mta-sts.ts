import type { Dns } from "../../dns/dns.ts";
import { foreign, quoted } from "../../foreign-text.ts";
import { type Finding, finding } from "../finding.ts";
import type { FetchedPolicy, PolicyFetcher } from "./policy-fetcher.ts";

/** An MTA-STS policy (RFC 8461 3.2). */
export interface StsPolicy {
  readonly mode: "enforce" | "testing" | "none";
  /** For how many seconds it is kept. */
  readonly maxAge: number;
  /** Names of exchangers, which may begin with `*.`. */
  readonly mx: readonly string[];
}

/** What a domain says by MTA-STS. */
export interface StsFacts {
  readonly domain: string;
  /** The TXT records at `_mta-sts` that are of MTA-STS. */
  readonly records: readonly string[];
  readonly reason?: string | undefined;
  readonly policy?: StsPolicy | undefined;
  /** Why there is no policy, though there is a record. */
  readonly problem?: string | undefined;
}

/** Looks up the record, and fetches the policy if there is one. */
export async function lookUpSts(dns: Dns, domain: string, fetchPolicy: PolicyFetcher): Promise<StsFacts> {
  const answer = await dns.resolver.resolve(`_mta-sts.${domain}`, "TXT");
  if (answer.outcome === "temporary") return { domain, records: [], reason: answer.reason };
  const texts = answer.outcome === "found" ? answer.records.map(String) : [];
  const records = texts.filter((text) => /^v=STSv1(?:\s*;|$)/.test(text));
  if (records.length !== 1) return { domain, records };
  const fetched: FetchedPolicy = await fetchPolicy(domain, dns);
  if (fetched.text === undefined) return { domain, records, problem: fetched.problem };
  const policy = parsePolicy(fetched.text);
  return typeof policy === "string" ? { domain, records, problem: policy } : { domain, records, policy };
}

/** Reads a policy. @returns what is wrong with it, if something is */
export function parsePolicy(text: string): StsPolicy | string {
  const fields = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, value = ""] = /^\s*([A-Za-z\d_-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) fields.set(name, [...(fields.get(name) ?? []), value]);
    else if (line.trim() !== "") return `the policy has a line that is not a field: ${quoted(line, 60)}`;
  }
  const [version, mode, age] = ["version", "mode", "max_age"].map((name) => fields.get(name)?.[0]);
  if (version !== "STSv1") return 'the policy does not say "version: STSv1"';
  if (mode !== "enforce" && mode !== "testing" && mode !== "none")
    return `the mode of the policy is ${quoted(mode ?? "", 40)}, not enforce, testing or none`;
  if (age === undefined || !/^\d{1,10}$/.test(age) || Number(age) > 31_557_600)
    return "the policy has no max_age of at most 31557600 seconds";
  const mx = (fields.get("mx") ?? []).map((pattern) => pattern.toLowerCase().replace(/\.$/, ""));
  if (mx.length === 0 && mode !== "none") return "the policy names no mx";
  return { mode, maxAge: Number(age), mx };
}

/** Whether a policy allows a mail exchanger (RFC 8461 4.1): `*.` stands for one label. */
export function allows({ mx }: StsPolicy, host: string): boolean {
  return mx.some((pattern) =>
    pattern.startsWith("*.")
      ? host.includes(".") && host.slice(host.indexOf(".") + 1) === pattern.slice(2)
      : host === pattern,
  );
}

/** What is wrong with MTA-STS, of which a domain need not have anything. */
export function judgeSts(facts: StsFacts, exchangers: readonly string[]): Finding[] {
  const { domain, records, policy, problem, reason } = facts;
  const name = `_mta-sts.${domain}`;
  const broken = (what: string, remedy: string) => [finding("mta-sts-broken", name, what, remedy)];
  if (reason !== undefined)
    return [finding("dns-failed", name, `MTA-STS could not be looked up: ${foreign(reason)}.`, "Try again.")];
  if (records.length > 1)
    return broken(
      `There are ${records.length} MTA-STS records at ${name}, so MTA-STS is not in force (RFC 8461 3.1).`,
      "Leave one of them.",
    );
  const [record] = records;
  if (record === undefined) return [];
  if (problem !== undefined)
    return broken(
      `The policy of MTA-STS cannot be used: ${problem}. So nobody keeps to it.`,
      `Serve the policy at https://mta-sts.${domain}/.well-known/mta-sts.txt as text/plain, with a valid certificate and without a redirect.`,
    );
  if (!/;\s*id\s*=\s*[A-Za-z\d]{1,32}\s*(?:;|$)/.test(record))
    return broken(
      `The record at ${name} has no valid id=: ${quoted(record)}.`,
      'Publish "v=STSv1; id=…" with letters and digits, and change the id with the policy.',
    );
  if (policy === undefined || policy.mode === "none") return [];
  const foreigners = exchangers.filter((host) => !allows(policy, host));
  const findings = foreigners.map((host) =>
    finding(
      "mta-sts-mx-mismatch",
      host,
      `The mail exchanger ${foreign(host, 253)} is not in the MTA-STS policy of ${domain} (${policy.mx
        .slice(0, 10)
        .map((each) => foreign(each, 100))
        .join(
          ", ",
        )}). ${policy.mode === "enforce" ? "Senders that keep to it do not deliver there." : "When the mode becomes enforce, senders will not deliver there."}`,
      `Add "mx: ${foreign(host, 253)}" to the policy and change the id of the record, or correct the MX records.`,
    ),
  );
  if (policy.mode === "testing" && findings.length === 0)
    findings.push(
      finding(
        "mta-sts-testing",
        name,
        `The MTA-STS policy of ${domain} is in mode testing: it protects nothing yet.`,
        'When the reports (TLS-RPT) show no failures, set "mode: enforce" and change the id of the record.',
      ),
    );
  return findings;
}
