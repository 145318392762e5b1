import assert from "node:assert/strict";
import { test } from "node:test";
import { Resolver } from "envoi/verify";

const resolver = Resolver.zone({
  "Example.org.": {
    TXT: ["v=spf1 -all", ["two ", "pieces"], "€"],
    MX: [[10, "mx.example.org"]],
    A: "temporary",
    AAAA: "2001:db8::1",
  },
  "deep.below.example.org": { A: ["192.0.2.1", "192.0.2.2"] },
  "alias.example.org": { CNAME: "deep.below.example.org" },
  "dangling.example.org": { CNAME: "nowhere.test" },
  "circle.example.org": { CNAME: "circle.example.org" },
  "empty.example.org": {},
  "*.wild.example.org": { TXT: "any" },
  "known.wild.example.org": { A: "192.0.2.9" },
  "broken.example.org": "temporary",
});

const answers: readonly [name: string, type: Parameters<typeof resolver.resolve>[1], answer: unknown][] = [
  ["example.ORG", "TXT", { outcome: "found", records: ["v=spf1 -all", "two pieces", "\xe2\x82\xac"] }],
  ["example.org.", "MX", { outcome: "found", records: [{ priority: 10, exchange: "mx.example.org" }] }],
  ["example.org", "AAAA", { outcome: "found", records: ["2001:db8::1"] }],
  ["example.org", "PTR", { outcome: "no-data" }],
  ["below.example.org", "A", { outcome: "no-data" }],
  ["other.example.org", "A", { outcome: "no-name" }],
  ["alias.example.org", "A", { outcome: "found", records: ["192.0.2.1", "192.0.2.2"] }],
  ["alias.example.org", "TXT", { outcome: "no-data" }],
  ["dangling.example.org", "TXT", { outcome: "no-name" }],
  ["dangling.example.org", "CNAME", { outcome: "found", records: ["nowhere.test"] }],
  ["empty.example.org", "A", { outcome: "no-data" }],
  ["a.b.wild.example.org", "TXT", { outcome: "found", records: ["any"] }],
  ["known.wild.example.org", "TXT", { outcome: "no-data" }],
  ["example.org.evil.test", "TXT", { outcome: "no-name" }],
];

for (const [name, type, answer] of answers) {
  test(`a zone answers ${type} ${name}`, async () => {
    assert.deepEqual(await resolver.resolve(name, type), answer);
  });
}

test("a zone fails for a type, for a whole name and for aliases in a circle", async () => {
  for (const [name, type] of [
    ["example.org", "A"],
    ["broken.example.org", "MX"],
    ["circle.example.org", "TXT"],
  ] as const) {
    assert.equal((await resolver.resolve(name, type)).outcome, "temporary", name);
  }
});

test("a zone remembers what it was asked", async () => {
  const zone = Resolver.zone({});
  await zone.resolve("A.test.", "TXT");
  await zone.resolve("b.test", "MX");
  assert.deepEqual(zone.asked, [
    { name: "a.test", type: "TXT" },
    { name: "b.test", type: "MX" },
  ]);
});

test("a zone rejects a question whose signal has aborted", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(resolver.resolve("example.org", "A", { signal }), { message: "enough" });
});

const invalid: readonly [zone: unknown, message: RegExp][] = [
  [undefined, /^zone: expected an object/],
  [{ "a..test": {} }, /^zone\["a\.\.test"\]: not a domain name/],
  [{ "a.test": {}, "A.test": {} }, /twice/],
  [{ "a.test": { SPF: "x" } }, /no type SPF/],
  [{ "a.test": { MX: "mx.test" } }, /^zone\["a\.test"\]\.MX: expected \[priority, exchange\] pairs/],
  [{ "a.test": { TXT: 5 } }, /^zone\["a\.test"\]\.TXT: expected a string, an array or "temporary", got 5/],
  [{ "a.test": "temporarily" }, /expected an object with records/],
];

for (const [zone, message] of invalid) {
  test(`a zone refuses ${JSON.stringify(zone)}`, () => {
    assert.throws(() => Resolver.zone(zone as never), { kind: "configuration", message });
  });
}
