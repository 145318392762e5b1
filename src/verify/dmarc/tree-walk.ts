import type { Finding, Questions } from "../inquiry.ts";
import { type DmarcRecord, parseDmarcRecord } from "./dmarc-record.ts";

/** A record, and the domain whose record it is: the one without `_dmarc.`. */
export interface FoundRecord {
  readonly domain: string;
  readonly record: DmarcRecord;
}

/** A question of a walk that could not be answered. */
export type Failure = Finding<never> & { readonly outcome: "temporary" };

/** What a walk found, from the longest name to the shortest; `failure` if it had to end. */
export interface TreeWalk {
  readonly start: string;
  readonly found: readonly FoundRecord[];
  readonly failure?: Failure | undefined;
}

/** The DNS tree walk from a domain (RFC 9989 4.10): it asks at most eight questions, one after another. */
export async function walkTree(questions: Questions, start: string): Promise<TreeWalk> {
  const found: FoundRecord[] = [];
  for (const domain of targetsOf(start)) {
    const record = await recordAt(questions, domain);
    if (record !== undefined && "outcome" in record) return { start, found, failure: record };
    if (record === undefined) continue;
    found.push({ domain, record });
    if (record.psd !== "u") break;
  }
  return { start, found };
}

/** The record of a domain. Two of them are none (RFC 9989 4.10). */
export async function recordAt(
  questions: Questions,
  domain: string,
): Promise<DmarcRecord | Failure | undefined> {
  const finding = await questions.ask(`_dmarc.${domain}`, "TXT");
  if (finding.outcome === "temporary") return finding;
  const texts = finding.outcome === "found" ? finding.records : [];
  const [record, another] = texts.map(parseDmarcRecord).filter((each) => each !== undefined);
  return another === undefined ? record : undefined;
}

/** The organizational domain that a walk shows (RFC 9989 4.10.2). */
export function organizationalDomain({ start, found }: TreeWalk): string {
  for (const { domain, record } of found) {
    if (record.psd === "n") return domain;
    // One label below, or the start itself if the walk began there.
    if (record.psd === "y")
      return labelsOf(start)
        .slice(-labelsOf(domain).length - 1)
        .join(".");
  }
  return found.at(-1)?.domain ?? start;
}

/** The domain itself and its ancestors; of long names, those of at most seven labels. */
function targetsOf(domain: string): string[] {
  const labels = labelsOf(domain);
  const parents = labels.slice(labels.length > 8 ? -7 : 1);
  return [domain, ...parents.map((_, index) => parents.slice(index).join("."))];
}

function labelsOf(domain: string): string[] {
  return domain.split(".");
}
