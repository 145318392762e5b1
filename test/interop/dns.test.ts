import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, evaluateDmarc, type RecordType, Resolver, type Zone } from "envoi/verify";
import { serveZone } from "./dns-servers.ts";

// Resolver.system and Resolver.zone side by side: NSD has the zone, Unbound answers, and both must say the same.

const zone: Zone = {
  "_dmarc.x.test": { TXT: "v=DMARC1; p=none; sp=quarantine; np=reject" },
  "exists.x.test": { A: "192.0.2.1" },
  "deep.below.x.test": { A: "192.0.2.1" },
  "dangling.x.test": { CNAME: "nowhere.test" },
  "alias.x.test": { CNAME: "exists.x.test" },
  "*.wild.x.test": { TXT: "any" },
  "txt.x.test": { TXT: [["two ", "pieces"], "x".repeat(600), "octets \u00e9"] },
  "mx.x.test": { MX: [[10, "exists.x.test"]], AAAA: "2001:db8::1" },
  "null.x.test": { MX: [[0, "."]] },
  "1.2.0.192.in-addr.arpa": { PTR: ["exists.x.test", "mx.x.test"] },
};
const names = [
  ...Object.keys(zone),
  "below.x.test",
  "nowhere.test",
  "a.b.wild.x.test",
  "x.test",
  "under_score.x.test",
];
const types: readonly RecordType[] = ["A", "AAAA", "PTR", "CNAME", "TXT", "MX"];

/** Without the time to live, and with records in an order of their own. */
function plain(answer: Answer): unknown {
  if (answer.outcome !== "found") return answer;
  const records = answer.records.map((record) =>
    typeof record === "string" ? record : { ...record, exchange: record.exchange.replace(/^\.$/, "") },
  );
  return { outcome: "found", records: records.map((record) => JSON.stringify(record)).sort() };
}

test("real DNS answers as a zone does, for every name and type", async () => {
  await using dns = await serveZone(zone);
  const system = Resolver.system({ servers: [dns.address] });
  const pretended = Resolver.zone(zone);
  for (const name of names) {
    for (const type of types) {
      const answers = await Promise.all([system, pretended].map((each) => each.resolve(name, type)));
      assert.deepEqual(...(answers.map(plain) as [unknown, unknown]), `${type} ${name}`);
    }
  }
});

for (const [author, policy] of [
  ["none.x.test", "reject"],
  ["exists.x.test", "quarantine"],
  ["below.x.test", "quarantine"],
  ["dangling.x.test", "quarantine"],
  ["alias.x.test", "quarantine"],
  ["any.wild.x.test", "quarantine"],
  ["x.test", "none"],
] as const) {
  test(`the policy for ${author} is ${policy} in real DNS`, async () => {
    await using dns = await serveZone(zone);
    const resolver = Resolver.system({ servers: [dns.address] });
    const verdict = await evaluateDmarc({ from: [`ada@${author}`], resolver });
    assert.equal(verdict.policy, policy, verdict.reason);
  });
}
