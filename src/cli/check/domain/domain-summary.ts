import { foreign } from "../../foreign-text.ts";
import { rowsOf, type ServerSummary, summarize } from "../server/server-summary.ts";
import type { DomainFacts } from "./domain-facts.ts";

/** What was learnt about a domain, as a report shows it: plain data. Texts are safe to print. */
export interface DomainSummary {
  readonly domain: string;
  readonly exists: boolean;
  readonly mx: {
    readonly outcome: string;
    readonly hosts: readonly {
      readonly host: string;
      readonly priority: number;
      readonly addresses: readonly string[];
      readonly alias?: string;
    }[];
  };
  readonly srv: Readonly<Record<string, readonly string[] | string>>;
  readonly mtaSts: { readonly record: boolean; readonly mode?: string; readonly mx?: readonly string[] };
  readonly dane: Readonly<Record<string, readonly string[] | string>>;
  readonly tlsRpt: readonly string[];
  readonly spf: { readonly records: readonly string[]; readonly lookups: number; readonly code: string };
  readonly dkim: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly type?: string;
    readonly bits?: number;
  }[];
  readonly dmarc: {
    readonly domain?: string;
    readonly record?: string;
    readonly policy?: string;
    readonly reports: readonly { readonly uri: string; readonly code: string }[];
  };
  readonly servers: readonly (ServerSummary & { readonly role: string })[];
}

/** Makes plain data of what was learnt. */
export function summarizeDomain(facts: DomainFacts, now: number = Date.now()): DomainSummary {
  const { exchangers, sts, senderPolicy, authorPolicy } = facts;
  const { record, recordDomain } = authorPolicy;
  return {
    ...{ domain: facts.domain, exists: facts.exists },
    mx: {
      outcome: exchangers.outcome,
      hosts: exchangers.exchangers.map(({ host, priority, lookup, alias }) => ({
        ...{ host: foreign(host, 253), priority },
        addresses: lookup.outcome === "found" ? lookup.records : [],
        ...(alias !== undefined && { alias: foreign(alias, 253) }),
      })),
    },
    srv: Object.fromEntries(
      facts.services.map(({ name, answer, hosts }) => [
        name,
        answer.outcome === "found"
          ? hosts.map(({ target, port }) => `${foreign(target, 253)}:${port}`)
          : answer.outcome,
      ]),
    ),
    mtaSts: {
      record: sts.records.length === 1,
      ...(sts.policy && {
        mode: sts.policy.mode,
        mx: sts.policy.mx.slice(0, 20).map((each) => foreign(each, 100)),
      }),
    },
    dane: Object.fromEntries(
      facts.dane.map(({ name, answer }) => [
        foreign(name, 253),
        answer.outcome === "found"
          ? answer.records.map(
              ({ usage, selector, matching, data }) =>
                `${usage} ${selector} ${matching} ${data.slice(0, 128)}`,
            )
          : "reason" in answer
            ? foreign(answer.reason)
            : answer.outcome,
      ]),
    ),
    tlsRpt: facts.tlsReporting.records.map((each) => foreign(each)),
    spf: {
      records: senderPolicy.records.slice(0, 10).map((each) => foreign(each, 500)),
      ...{ lookups: senderPolicy.lookups, code: senderPolicy.verdict.code },
    },
    dkim: facts.dkim.map(({ name, outcome, fault, type, bits }) => ({
      ...{ name: foreign(name, 253), outcome: fault ?? outcome },
      ...(type !== undefined && { type }),
      ...(bits !== undefined && { bits }),
    })),
    dmarc: {
      ...(recordDomain !== undefined && { domain: recordDomain }),
      ...(record && { record: foreign(record.text, 500) }),
      ...(record?.policies && {
        policy: recordDomain === facts.domain ? record.policies.p : record.policies.sp,
      }),
      reports: authorPolicy.destinations.map(({ uri, code }) => ({ uri: foreign(uri), code })),
    },
    servers: facts.servers.map(({ role, ...server }) => ({ ...summarize(server, now), role })),
  };
}

/** The rows of a report for a person, by heading. */
export function sectionsOf(summary: DomainSummary): [heading: string, rows: [string, string][]][] {
  const { mx, mtaSts, spf, dmarc } = summary;
  const rows: [string, string][] = [
    [
      "MX",
      mx.outcome === "null"
        ? "the domain takes no mail (null MX)"
        : mx.hosts
            .map(
              ({ host, priority, addresses }) =>
                `${priority} ${host} (${addresses.join(", ") || "no address"})`,
            )
            .join(", ") || "none",
    ],
    ...Object.entries(summary.srv).map(([name, hosts]): [string, string] => [
      `SRV ${name.split(".")[0]}`,
      typeof hosts === "string"
        ? hosts === "temporary"
          ? "not known"
          : "none"
        : hosts.join(", ") || "not offered",
    ]),
    [
      "MTA-STS",
      mtaSts.record ? `mode ${mtaSts.mode ?? "not known"}: ${mtaSts.mx?.join(", ") ?? ""}` : "none",
    ],
    ...Object.entries(summary.dane).map(([name, records]): [string, string] => [
      "DANE",
      typeof records === "string"
        ? `${name}: ${records.startsWith("no-") ? "none" : records}`
        : `${name}: ${records.length} ${records.length === 1 ? "record" : "records"}; this resolver does not say whether DNSSEC proves them, without which they do not count`,
    ]),
    ["TLS-RPT", summary.tlsRpt.join(", ") || "none"],
    ["SPF", spf.records.length === 0 ? "none" : `${spf.records.join(" | ")} (${spf.lookups} of 10 look-ups)`],
    ...summary.dkim.map(({ name, outcome, type, bits }): [string, string] => [
      "DKIM",
      `${name}: ${type === undefined ? outcome : `${type}, ${bits} bits`}`,
    ]),
    ["DMARC", dmarc.record === undefined ? "none" : `${dmarc.record} (at _dmarc.${dmarc.domain})`],
  ];
  return [
    ["", rows],
    ...summary.servers.map((server): [string, [string, string][]] => [
      `${server.host}:${server.port}`,
      rowsOf(server),
    ]),
  ];
}
