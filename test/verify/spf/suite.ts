import { readFileSync } from "node:fs";
import type { Zone, ZoneRecords } from "envoi/verify";

/** One case of the suite of RFC 7208. */
export interface SuiteCase {
  readonly description?: string;
  readonly helo: string;
  readonly host: string;
  readonly mailfrom: string;
  /** Several, if the RFC leaves a choice; the first is preferred. */
  readonly result: string | readonly string[];
  readonly explanation?: string;
}

/** Some cases with the zone that they share. */
export interface Scenario {
  readonly description: string;
  readonly tests: Readonly<Record<string, SuiteCase>>;
  readonly zonedata: ZoneData;
}

/** The records of each name, in the words of the suite. */
export type ZoneData = Readonly<Record<string, readonly ("TIMEOUT" | Readonly<Record<string, Value>>)[]>>;
type Value = string | readonly (string | number)[];

/** The suite: 203 cases in 16 scenarios. */
export const scenarios: readonly Scenario[] = JSON.parse(
  readFileSync(new URL("../../../../test/vectors/spf/rfc7208-tests.json", import.meta.url), "utf8"),
);

/** The results that a case allows. */
export function resultsOf({ result }: SuiteCase): readonly string[] {
  return typeof result === "string" ? [result] : result;
}

/** The zone of a scenario. A record of type SPF is also one of type TXT, unless the name says otherwise. */
export function zoneOf(data: ZoneData): Zone {
  const zone: Record<string, ZoneRecords> = {};
  for (const [name, entries] of Object.entries(data)) zone[name] = recordsOf(entries);
  return zone;
}

function recordsOf(entries: ZoneData[string]): ZoneRecords {
  const all: Record<string, unknown[] | string> = {};
  const add = (type: string, value: unknown) => {
    all[type] = [...(all[type] ?? []), value];
  };
  for (const entry of entries) {
    if (entry === "TIMEOUT") continue;
    for (const [type, value] of Object.entries(entry)) add(type, value);
  }
  const texts = all["TXT"] ?? all["SPF"];
  delete all["SPF"];
  if (texts !== undefined) all["TXT"] = texts;
  if (texts?.[0] === "NONE") delete all["TXT"];
  const alias = all["CNAME"]?.[0];
  if (alias !== undefined) all["CNAME"] = alias as string;
  if (entries.includes("TIMEOUT")) {
    for (const type of ["A", "AAAA", "MX", "PTR", "TXT", "CNAME"]) all[type] ??= "temporary";
  }
  return all as ZoneRecords;
}
