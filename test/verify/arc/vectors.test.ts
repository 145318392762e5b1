import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Resolver, verifyArc } from "envoi/verify";
import { mail } from "../signed-mail.js";

interface Scenario {
  readonly description: string;
  readonly "txt-records": Readonly<Record<string, string>>;
  readonly tests: Readonly<Record<string, { readonly message: string; readonly cv: string }>>;
}

const path = new URL("../../../../test/vectors/arc/arc-draft-validation-tests.json", import.meta.url);
const scenarios: readonly Scenario[] = JSON.parse(readFileSync(path, "utf8"));

test("the suite has 171 cases", () => {
  assert.equal(scenarios.flatMap(({ tests }) => Object.keys(tests)).length, 171);
});

for (const { description, tests, "txt-records": records } of scenarios) {
  const resolver = Resolver.zone(
    Object.fromEntries(Object.entries(records).map(([name, text]) => [name, { TXT: [text] }])),
  );
  test(`gives the results of the ARC suite: ${description}`, async () => {
    for (const [name, { message, cv }] of Object.entries(tests)) {
      const { result, code, reason } = await verifyArc(mail(message), { resolver });
      // A chain that was recorded as broken has no status of its own in the suite.
      const expected = cv === "" ? "fail" : cv.toLowerCase();
      assert.equal(result, expected, `${name}: ${code}, ${reason}`);
    }
  });
}

test("refuses an ARC-Seal with h= for that, and not because it does not verify", async () => {
  const scenario = scenarios.find(({ tests }) => "as_fields_h_present" in tests);
  const message = scenario?.tests["as_fields_h_present"]?.message ?? "";
  const { code, reason } = await verifyArc(mail(message), { resolver: Resolver.zone({}) });
  assert.equal(code, "syntax");
  assert.match(reason, /ARC-Seal 1 has h=/);
});

test("says of each set whether its signature covers From, as h= has it", async () => {
  const told: Record<string, boolean> = {};
  for (const { tests, "txt-records": records } of scenarios) {
    const zone = Object.entries(records).map(([name, text]) => [name, { TXT: [text] }]);
    const resolver = Resolver.zone(Object.fromEntries(zone));
    for (const [name, { message }] of Object.entries(tests)) {
      const { result, sets } = await verifyArc(mail(message), { resolver });
      if (result === "pass") told[name] = sets.every(({ signsFrom }) => signsFrom);
    }
  }
  const without = Object.keys(told).filter((name) => told[name] === false);
  assert.ok(Object.keys(told).length > 40);
  assert.deepEqual(without, ["ams_fields_h_empty"]);
});
