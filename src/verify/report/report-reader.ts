import { canonicalIp } from "../../text/ip-address.ts";
import type { DmarcPolicy } from "../dmarc/dmarc-verdict.ts";
import type {
  DmarcReportContents,
  DmarcReporter,
  DmarcReportRow,
  OverrideType,
  PolicyOverride,
  ReportedDkim,
  ReportedPolicy,
  ReportedSpf,
} from "./report-contents.ts";
import { child, childrenOf, readXml, textOf, type XmlElement, XmlProblem } from "./xml-element.ts";

const mostRows = 100_000;
const mostProblems = 100;

/** A report, and what in it could not be read. */
export interface ReadReport extends DmarcReportContents {
  readonly problems: readonly string[];
}

/**
 * Reads the XML of a report, by RFC 9990 or RFC 7489. A row, or a word of the policy, that cannot be read is left out
 * and reported.
 *
 * @throws XmlProblem if it is not a report, has no rows, or more than 100,000.
 */
export async function readReport(text: string): Promise<ReadReport> {
  const rows: DmarcReportRow[] = [];
  const problems: string[] = [];
  let count = 0;
  const root = await readXml(text, (element, depth) => {
    if (element.name !== "record" || depth !== 1) return false;
    count++;
    if (count > mostRows) throw new XmlProblem(`more than ${mostRows} records`);
    try {
      rows.push(readRow(element));
    } catch (thrown) {
      if (!(thrown instanceof XmlProblem)) throw thrown;
      if (problems.length < mostProblems) problems.push(`record ${count}: ${thrown.message}`);
    }
    return true;
  });
  if (root.name !== "feedback")
    throw new XmlProblem(`expected the element feedback, got ${root.name.slice(0, 60)}`);
  const metadata = child(root, "report_metadata");
  const range = child(metadata, "date_range");
  return {
    reporter: readReporter(metadata),
    begin: readTime(range, "begin"),
    end: readTime(range, "end"),
    policy: readPolicy(child(root, "policy_published"), problems),
    ...{ rows, problems },
  };
}

function readReporter(metadata: XmlElement | undefined): DmarcReporter {
  return {
    organization: required(metadata, "org_name"),
    email: textOf(metadata, "email") ?? "",
    extraContact: textOf(metadata, "extra_contact_info"),
    id: required(metadata, "report_id"),
    error:
      childrenOf(metadata, "error")
        .map((error) => error.text)
        .join("\n") || undefined,
    generator: textOf(metadata, "generator"),
  };
}

/**
 * Reads the published policy. Except for `p`, a word that is not in the list of RFC 9990 is left out and reported, as
 * rows are.
 */
function readPolicy(published: XmlElement | undefined, problems: string[]): ReportedPolicy {
  const known = <T>(name: string, words: Words<T>): T | undefined => {
    try {
      return word(published, name, words);
    } catch (thrown) {
      if (!(thrown instanceof XmlProblem)) throw thrown;
      problems.push(`policy_published: ${thrown.message}`);
      return undefined;
    }
  };
  return {
    domain: required(published, "domain"),
    p: word(published, "p", policies) ?? "none",
    sp: known("sp", policies),
    np: known("np", policies),
    adkim: known("adkim", modes),
    aspf: known("aspf", modes),
    testing: known("testing", { y: true, n: false }),
    fo: textOf(published, "fo"),
    discovery: known("discovery_method", { psl: "psl", treewalk: "treewalk" } as const),
  };
}

function readRow(record: XmlElement): DmarcReportRow {
  const row = child(record, "row");
  const evaluated = child(row, "policy_evaluated");
  const identifiers = child(record, "identifiers");
  const results = child(record, "auth_results");
  return {
    ip: readIp(required(row, "source_ip")),
    count: readCount(row),
    disposition: word(evaluated, "disposition", { ...policies, pass: "pass" } as const) ?? "none",
    dkimAligned: word(evaluated, "dkim", alignments) ?? false,
    spfAligned: word(evaluated, "spf", alignments) ?? false,
    overrides: childrenOf(evaluated, "reason").map(readOverride),
    headerFrom: required(identifiers, "header_from"),
    envelopeFrom: child(identifiers, "envelope_from")?.text,
    envelopeTo: textOf(identifiers, "envelope_to"),
    dkim: childrenOf(results, "dkim").map(readDkim),
    spf: childrenOf(results, "spf").map(readSpf),
  };
}

function readOverride(reason: XmlElement): PolicyOverride {
  const type = textOf(reason, "type")?.toLowerCase() ?? "";
  return { type: isOverride(type) ? type : "other", comment: textOf(reason, "comment") };
}

/** Whether a word is one for why a policy was not applied. */
function isOverride(type: string): type is OverrideType {
  return overrides.includes(type);
}

function readDkim(result: XmlElement): ReportedDkim {
  return {
    domain: textOf(result, "domain") ?? "",
    selector: textOf(result, "selector"),
    result: word(result, "result", dkimResults) ?? "none",
    humanResult: textOf(result, "human_result"),
  };
}

function readSpf(result: XmlElement): ReportedSpf {
  return {
    domain: textOf(result, "domain") ?? "",
    scope: word(result, "scope", { mfrom: "mfrom", helo: "helo" } as const),
    result: word(result, "result", spfResults) ?? "none",
    humanResult: textOf(result, "human_result"),
  };
}

const policies: Words<DmarcPolicy> = { none: "none", quarantine: "quarantine", reject: "reject" };
const modes: Words<"r" | "s"> = { r: "r", s: "s" };
const alignments: Words<boolean> = { pass: true, fail: false };
const dkimResults: Words<ReportedDkim["result"]> = {
  ...{ none: "none", pass: "pass", fail: "fail", policy: "policy", neutral: "neutral" },
  ...{ temperror: "temperror", permerror: "permerror" },
};
const spfResults: Words<ReportedSpf["result"]> = {
  ...(dkimResults as Words<ReportedSpf["result"]>),
  softfail: "softfail",
  // Words of older drafts that are still in use.
  ...{ hardfail: "fail", error: "temperror", unknown: "permerror" },
};
const overrides: readonly string[] = [
  ...["local_policy", "mailing_list", "other", "policy_test_mode", "trusted_forwarder"],
  ...["forwarded", "sampled_out"],
];

type Words<T> = Readonly<Record<string, T>>;

function word<T>(parent: XmlElement | undefined, name: string, words: Words<T>): T | undefined {
  const text = textOf(parent, name);
  if (text === undefined) return undefined;
  const lower = text.toLowerCase();
  if (Object.hasOwn(words, lower)) return words[lower];
  throw new XmlProblem(
    `${name}: expected ${Object.keys(words).join(", ")}, got ${JSON.stringify(text.slice(0, 60))}`,
  );
}

function required(parent: XmlElement | undefined, name: string): string {
  const text = textOf(parent, name);
  if (text === undefined) throw new XmlProblem(`the element ${name} is missing or empty`);
  return text;
}

function readTime(range: XmlElement | undefined, name: string): Date {
  const seconds = wholeNumber(required(range, name));
  const time = new Date((seconds ?? Number.NaN) * 1000);
  if (Number.isNaN(time.getTime())) throw new XmlProblem(`${name}: expected seconds since 1970`);
  return time;
}

function readCount(row: XmlElement | undefined): number {
  const count = wholeNumber(required(row, "count"));
  if (count === undefined) throw new XmlProblem("count: expected a whole number");
  return count;
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function readIp(text: string): string {
  const ip = canonicalIp(text);
  if (ip === undefined)
    throw new XmlProblem(`source_ip: expected an IP address, got ${JSON.stringify(text.slice(0, 60))}`);
  return ip;
}
