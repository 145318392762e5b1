import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSpf, Resolver } from "envoi/verify";
import { resultsOf, scenarios, zoneOf } from "../verify/spf/suite.ts";
import { serveZone } from "./dns-servers.ts";

// The suite of RFC 7208 again, with real DNS: NSD has the zones, Unbound answers, node:dns asks.

/** Cases that node:dns cannot ask the questions of, with the character that it does not take. */
const unaskable: Readonly<Record<string, string>> = {
  "a-colon-domain": ":",
  "a-colon-domain-ip4mapped": ":",
  "mx-colon-domain": ":",
  "mx-colon-domain-ip4mapped": ":",
  "macro-mania-in-domain": "%",
  "invalid-hello-macro": "%",
  "hello-domain-literal": "%",
};

for (const { description, tests, zonedata } of scenarios) {
  test(`SPF gives the results of the suite through real DNS: ${description}`, async (t) => {
    await using dns = await serveZone(zoneOf(zonedata));
    const resolver = Resolver.system({ servers: [dns.address], timeout: 4000 });
    for (const [name, each] of Object.entries(tests)) {
      await t.test(name, async () => {
        const { host: ip, helo: hello, mailfrom: from } = each;
        const verdict = await checkSpf({ ip, hello, from, resolver });
        const character = unaskable[name];
        if (character !== undefined) {
          assert.equal(verdict.result, "temperror");
          assert.ok(
            verdict.reason.includes(`cannot ask for a name with the character ${JSON.stringify(character)}`),
          );
          return;
        }
        assert.ok(resultsOf(each).includes(verdict.result), `${verdict.result}: ${verdict.reason}`);
        if (each.explanation !== undefined && verdict.result === "fail")
          assert.equal(verdict.explanation ?? "DEFAULT", each.explanation);
      });
    }
  });
}
