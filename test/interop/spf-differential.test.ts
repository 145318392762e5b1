import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSpf, Resolver, type SpfVerdict, type Zone } from "envoi/verify";
import { numberFrom } from "../environment.ts";
import { Random } from "../fuzz/random.ts";
import { runScript } from "./python.ts";
import { arbitrarySpf, type SpfCase } from "./spf-cases.ts";

// pyspf is the oracle: it is by the author of the suite of RFC 7208. Both get the same zones, some thousands of them.

const CASES = numberFrom("ENVOI_SPF_CASES", 4000);

/** A difference that is known, with its reason; `undefined` if there is none. */
function explained(ours: SpfVerdict, theirs: string, { zone }: SpfCase): string | undefined {
  const found = (wanted: string) =>
    ours.queries.some(({ type, outcome }) => type === wanted && outcome === "found");
  if (/%\{[a-z]0/i.test(ours.reason)) return "pyspf takes %{d0}; RFC 7208 7.3: a number must not be zero";
  if (/\\t/.test(ours.reason))
    return "pyspf takes a tab for a space; RFC 7208 4.6.1: terms are divided by spaces";
  if (found("PTR") && theirs === "permerror")
    return "pyspf counts names of the client without an address as void; RFC 7208 4.6.4: terms of the record count";
  if (found("PTR") && theirs === "temperror")
    return "pyspf ends at a name of the client that fails; RFC 7208 5.5: it is skipped";
  if (found("MX") && /^(?:perm|temp)error$/.test(theirs))
    return "pyspf asks for the addresses of all MX names first; RFC 7208 5.4: the first match ends the mechanism";
  if (ours.code === "syntax" && /%\{[^}]*"$/.test(ours.reason))
    return "pyspf takes a macro that is not closed; RFC 7208 7.1: % begins a macro, or is an error";
  if (/%\{p/i.test(JSON.stringify(zone)) && /^(?:perm|temp)error$/.test(theirs))
    return "pyspf asks for %{p} before it gets to the term; RFC 7208 4.6: terms are evaluated from left to right";
  if (theirs === "permerror" && ours.voidLookups > 0 && JSON.stringify(zone).includes("CNAME"))
    return "pyspf counts an alias and its target as two void look-ups; RFC 7208 4.6.4: one question is one";
  if (theirs === "permerror" && Object.entries(zone).some(([name, entry]) => includesItself(name, entry)))
    return "pyspf refuses a record that includes itself before it gets there; RFC 7208 4.6.4: the limit ends it";
  return undefined;
}

function includesItself(name: string, entry: unknown): boolean {
  return JSON.stringify(entry).includes(`include:${name}`);
}

test("SPF has the results of pyspf for records and zones of any kind", async (t) => {
  const random = new Random(numberFrom("ENVOI_SEED", 1));
  const cases = Array.from({ length: CASES }, () => arbitrarySpf(random));
  const theirs: string[] = JSON.parse(await runScript("pyspf.py", [], JSON.stringify(cases)));
  const counts: Record<string, number> = {};
  const reasons: Record<string, number> = {};
  const wrong: string[] = [];
  for (const [index, each] of cases.entries()) {
    const { zone, ip, hello, from } = each;
    const ours = await checkSpf({ ip, hello, from, resolver: Resolver.zone(zone as Zone) });
    counts[ours.result] = (counts[ours.result] ?? 0) + 1;
    const other = theirs[index] ?? "";
    if (ours.result === other) continue;
    const reason = explained(ours, other, each);
    if (reason === undefined)
      wrong.push(JSON.stringify({ ours: ours.result, why: ours.reason, theirs: other, each }));
    else reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  t.diagnostic(JSON.stringify({ counts, reasons }));
  assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} differences`);
  for (const result of ["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"])
    assert.ok((counts[result] ?? 0) >= CASES / 100, `${result} came up ${counts[result] ?? 0} times`);
  assert.ok((counts["pass"] ?? 0) <= CASES / 2);
});
