import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSpf, Resolver } from "envoi/verify";
import { resultsOf, scenarios, zoneOf } from "./suite.ts";

let count = 0;
for (const { description, tests, zonedata } of scenarios) {
  for (const [name, each] of Object.entries(tests)) {
    count++;
    test(`SPF gives the result of the suite for ${description}: ${name}`, async () => {
      const { host: ip, helo: hello, mailfrom: from } = each;
      const resolver = Resolver.zone(zoneOf(zonedata));
      const verdict = await checkSpf({ ip, hello, from, resolver, receiver: "receiver.example" });
      assert.ok(resultsOf(each).includes(verdict.result), `${verdict.result}: ${verdict.reason}`);
      if (each.explanation === undefined || verdict.result !== "fail") return;
      // The suite leaves to us what is said if the owner says nothing.
      assert.equal(verdict.explanation ?? "DEFAULT", each.explanation);
    });
  }
}

test("the suite of SPF is there with all its 203 cases", () => {
  assert.equal(count, 203);
});
