import assert from "node:assert/strict";
import { test } from "node:test";
import { authenticate, Resolver } from "envoi/verify";
import { numberFrom } from "../environment.ts";
import { Random } from "../fuzz/random.ts";
import { arbitraryDmarc, type DmarcCase, type DmarcKind, dmarcRecordKinds } from "./dmarc-cases.ts";
import { runScript } from "./python.ts";

// The oracles are authheaders and OpenDMARC, which know RFC 7489 and the list of public suffixes. All get the same
// mails and zones. In these the list and the walk of RFC 9989 find the same organizational domains, unless a row says
// so.

const CASES = numberFrom("ENVOI_DMARC_CASES", 1200);
const SEED = numberFrom("ENVOI_SEED", 1);

type Oracle = "authheaders" | "OpenDMARC";

/** What is said of a case by us and by an oracle. */
interface Said {
  readonly kind: DmarcKind;
  readonly ours: string;
  readonly theirs: string;
}

/** The differences that are known, each with its reason. The first that fits is taken. */
const differences: readonly (readonly [Oracle | "both", when: (said: Said) => boolean, reason: string])[] = [
  [
    "authheaders",
    ({ kind, theirs }) => theirs === "crash" && kind.from === "two of a domain",
    "RFC 9989 5.3.1: several authors of one domain are one author domain; it stumbles over the second",
  ],
  [
    "both",
    ({ kind, ours }) => ours === "temperror" && [kind.spf, kind.dkim].includes("temporary"),
    "RFC 9989 5.3.6: while SPF or DKIM could still pass, there is no failure; they take it for one",
  ],
  [
    "authheaders",
    ({ kind, ours, theirs }) => kind.dkim === "another first" && ours === "pass" && theirs.startsWith("fail"),
    "RFC 9989 4.4.1: one signature that passes and is aligned is enough; it looks at the first only",
  ],
  [
    "authheaders",
    ({ kind, ours }) => kind.record === "temporary" && ours === "pass",
    "RFC 9989 4.4: the same domain is aligned in both modes, so no record has to be known for that",
  ],
  [
    "both",
    ({ kind, theirs }) => kind.record === "own only" && kind.depth > 0 && theirs === "pass",
    "RFC 9989 4.10.2: the walk ends at the only record, the list goes on to the registered domain",
  ],
  [
    "OpenDMARC",
    ({ kind, theirs }) =>
      /^(?:modes|capitals|blanks|own and above)$/.test(kind.record) && kind.depth === 0 && theirs === "pass",
    "RFC 9989 4.4: in strict mode the domains must be the same; it takes subdomains of the author's for the same",
  ],
  ...only("both", ["testing"], /^fail/, "RFC 9989 4.7: t=y lowers the policy by a step; they do not know t"),
  [
    "OpenDMARC",
    ({ kind, ours }) => kind.record === "p, sp and np" && !kind.exists && /^fail/.test(ours),
    "RFC 9989 4.7: np is for subdomains that do not exist; it does not know np",
  ],
  [
    "authheaders",
    ({ kind, ours, theirs }) =>
      (kind.depth === 0 || kind.record === "own, with sp") &&
      / sp/.test(kind.record) &&
      bothFail(ours, theirs),
    "RFC 9989 4.7: sp and np are for subdomains; it takes them for the domain of the record too",
  ],
  [
    "authheaders",
    ({ kind, ours, theirs }) => kind.record === "p, sp and np" && !kind.exists && bothFail(ours, theirs),
    "RFC 9989 3.2.13: a name with other records, or names below it, exists; it wants an address or MX",
  ],
  ...only("both", ["p twice"], /^permerror/, "RFC 6376 3.2: a tag that stands twice makes the list invalid"),
  ...only(
    "both",
    ["no p", "no p, reports"],
    /^(?:pass|fail none|temperror)/,
    "RFC 9989 4.7: p is optional, and none if it is absent; RFC 7489 wanted it",
  ),
  ...only(
    "both",
    ["invalid p, reports"],
    /^(?:pass|fail none|temperror)/,
    "RFC 9989 4.10.1: an invalid p is none if reports can be sent; it is taken as it is, or refused",
  ),
  ...only(
    "authheaders",
    ["invalid p", "invalid sp"],
    /^permerror/,
    "RFC 9989 4.10.1: a record with an invalid policy is not applied; it takes the policy as it is",
  ),
  ...only(
    "both",
    ["invalid mode"],
    /^(?:pass|fail reject|temperror)/,
    "RFC 9989 4.8: what is not valid besides policies has its default; they refuse it, or never align",
  ),
  ...only(
    "OpenDMARC",
    ["version in small letters", "version not first"],
    /^none/,
    "RFC 9989 4.7: the version stands first, with its case",
  ),
  ...only(
    "OpenDMARC",
    ["another version", "a longer version"],
    /^none/,
    "RFC 9989 4.7: what is not a record is no record; it calls it a broken one",
  ),
  ...only(
    "authheaders",
    ["a longer version"],
    /^none/,
    "RFC 9989 4.7: the version is DMARC1 and no more; it reads the beginning",
  ),
  ...only(
    "authheaders",
    ["blanks in the version"],
    /^(?:pass|fail|temperror)/,
    "RFC 9989 4.8: blanks may stand around an equals sign; it reads v=DMARC1 as text",
  ),
];

/** Rows for an oracle that differs in kinds of records, where ours has a result. */
function only(oracle: Oracle | "both", records: readonly string[], result: RegExp, reason: string) {
  return [
    [oracle, ({ kind, ours }: Said) => records.includes(kind.record) && result.test(ours), reason] as const,
  ];
}

function bothFail(ours: string, theirs: string): boolean {
  return ours.startsWith("fail") && theirs.startsWith("fail");
}

test("DMARC has the results of authheaders and OpenDMARC for records and mails of any kind", async (t) => {
  const random = new Random(SEED);
  const cases = Array.from({ length: CASES }, (_, index) =>
    arbitraryDmarc(random, dmarcRecordKinds[index % dmarcRecordKinds.length] ?? "p", index),
  );
  const theirs: (readonly (string | null)[])[] = JSON.parse(
    await runScript(
      "dmarc-oracles.py",
      [],
      JSON.stringify(cases.map((each) => ({ ...each, mail: each.mail.toString("base64") }))),
    ),
  );
  const ours = await Promise.all(cases.map(verdict));
  const results = new Counts();
  const kinds = new Counts();
  const known = new Counts();
  const wrong: string[] = [];
  for (const [index, { kind, zone }] of cases.entries()) {
    const own = ours[index] ?? "";
    results.add(own);
    kinds.add(kind.record);
    for (const [at, oracle] of (["authheaders", "OpenDMARC"] as const).entries()) {
      const other = theirs[index]?.[at] ?? null;
      if (other !== null) results.add(`compared with ${oracle}`);
      if (other === null || other === own) continue;
      const row = differences.find(
        ([who, when]) => (who === oracle || who === "both") && when({ kind, ours: own, theirs: other }),
      );
      if (row === undefined) wrong.push(JSON.stringify({ oracle, kind, ours: own, theirs: other, zone }));
      else known.add(`${oracle}: ${row[2]}`);
    }
  }
  t.diagnostic(`ENVOI_SEED=${SEED}, ${CASES} mails: ${results}`);
  t.diagnostic(`records: ${kinds}`);
  t.diagnostic(`known differences: ${known}`);
  assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} differences`);
  for (const result of [
    "none",
    "pass",
    "fail none",
    "fail quarantine",
    "fail reject",
    "temperror",
    "permerror",
  ])
    assert.ok(results.of(result) >= CASES / 100, `${result} came up ${results.of(result)} times`);
  assert.ok(results.of("pass") <= CASES / 2, "at least half must not pass");
});

/** Our result, with the policy if it is fail. */
async function verdict({ zone, ip, hello, from, mail }: DmarcCase): Promise<string> {
  const origin = { ip, hello, from: from === "" ? null : from };
  const { dmarc } = await authenticate(mail, { origin, resolver: Resolver.zone(zone) });
  return dmarc.result === "fail" ? `fail ${dmarc.policy}` : dmarc.result;
}

class Counts {
  readonly #counts: Map<string, number> = new Map();

  add(what: string): void {
    this.#counts.set(what, this.of(what) + 1);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  toString(): string {
    return JSON.stringify(Object.fromEntries(this.#counts), undefined, 1);
  }
}
