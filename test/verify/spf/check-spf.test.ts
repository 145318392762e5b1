import assert from "node:assert/strict";
import { test } from "node:test";
import { Address } from "envoi";
import { checkSpf, Resolver, type SpfOptions, type SpfVerdict, type Zone } from "envoi/verify";

/** Checks `ada@example.org` from 192.0.2.1. */
async function check(zone: Zone, options: Partial<SpfOptions> = {}): Promise<SpfVerdict> {
  const resolver = options.resolver ?? Resolver.zone(zone);
  const origin = { ip: "192.0.2.1", hello: "mail.example.net", from: "ada@example.org" };
  return checkSpf({ ...origin, ...options, resolver });
}

function record(text: string, more: Zone = {}): Zone {
  return { "example.org": { TXT: text }, ...more };
}

/** Names `0` to `count - 1` below a domain, each with an address that is not the client's. */
function hosts(count: number, below: string): Zone {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${i}.${below}`, { A: "198.51.100.1" }]),
  );
}

const codes: readonly [what: string, zone: Zone, result: string, code: string, reason: RegExp][] = [
  [
    "a mechanism that matches",
    record("v=spf1 ip4:192.0.2.0/24 -all"),
    "pass",
    "matched",
    /"ip4:192\.0\.2\.0\/24" in/,
  ],
  [
    "a record without a match",
    record("v=spf1 ip4:198.51.100.0/24"),
    "neutral",
    "no-match",
    /nothing in the record/,
  ],
  ["no record", {}, "none", "no-record", /example\.org has no SPF record/],
  [
    "two records",
    { "example.org": { TXT: ["v=spf1 -all", "V=SPF1"] } },
    "permerror",
    "several-records",
    /2 SPF/,
  ],
  ["a misspelt term", record("v=spf1 ipv4:192.0.2.1 -all"), "permerror", "syntax", /"ipv4:192\.0\.2\.1"/],
  [
    "an include of nothing",
    record("v=spf1 include:x.test -all"),
    "permerror",
    "missing-record",
    /leads to x\.test/,
  ],
  [
    "a redirect to nothing",
    record("v=spf1 redirect=x.test"),
    "permerror",
    "missing-record",
    /leads to x\.test/,
  ],
  ["a failing server", { "example.org": "temporary" }, "temperror", "dns", /the zone fails for TXT/],
  [
    "an include that fails for now",
    record("v=spf1 include:x.test +all", { "x.test": "temporary" }),
    "temperror",
    "dns",
    /x\.test/,
  ],
];

for (const [what, zone, result, code, reason] of codes) {
  test(`SPF says ${result} and why for ${what}`, async () => {
    const verdict = await check(zone);
    assert.equal(verdict.result, result);
    assert.equal(verdict.code, code);
    assert.match(verdict.reason, reason);
    assert.equal(verdict.advice === undefined, result === "pass" || result === "temperror", verdict.advice);
  });
}

test("SPF says how to allow a client", async () => {
  const zone = record("v=spf1 include:inside.test redirect=target.test", {
    "inside.test": { TXT: "v=spf1 -all" },
    "target.test": { TXT: "v=spf1 ~all" },
  });
  const { advice } = await check(zone, { ip: "2001:DB8::1" });
  assert.equal(
    advice,
    'If this client sends for example.org, add "ip6:2001:db8::1" to the record of target.test.',
  );
});

test("SPF allows ten terms that ask, across includes and redirects", async () => {
  const zone = (terms: number) =>
    record("v=spf1 include:one.test redirect=two.test", {
      "one.test": { TXT: `v=spf1 ${"a:0.hosts.test ".repeat(4)}?all` },
      "two.test": { TXT: `v=spf1 ${"a:0.hosts.test ".repeat(terms)}+all` },
      ...hosts(1, "hosts.test"),
    });
  assert.equal((await check(zone(4))).result, "pass");
  const verdict = await check(zone(5));
  assert.equal(verdict.code, "too-many-lookups");
  assert.equal(verdict.lookups, 11);
  assert.match(verdict.advice ?? "", /record of example\.org/);
});

test("SPF allows two questions without an answer", async () => {
  assert.equal((await check(record("v=spf1 a:x.test mx:y.test +all"))).result, "pass");
  const verdict = await check(record("v=spf1 a:x.test mx:y.test exists:z.test +all"));
  assert.equal(verdict.code, "too-many-void-lookups");
  assert.equal(verdict.voidLookups, 3);
});

test("SPF refuses an eleventh MX name even if an earlier one is the client", async () => {
  const exchangers = (count: number): Zone => ({
    "example.org": {
      TXT: "v=spf1 mx -all",
      MX: [[1, "client.test"], ...Array.from({ length: count - 1 }, (_, i) => [i, `${i}.mx.test`] as const)],
    },
    "client.test": { A: "192.0.2.1" },
    ...hosts(12, "mx.test"),
  });
  assert.equal((await check(exchangers(10))).result, "pass");
  assert.equal((await check(exchangers(11))).code, "too-many-names");
});

test("SPF does not ask for the address of a null MX", async () => {
  const resolver = Resolver.zone({ "example.org": { TXT: "v=spf1 mx -all", MX: [[0, "."]] } });
  assert.equal((await check({}, { resolver })).result, "fail");
  assert.deepEqual(
    resolver.asked.map(({ type }) => type),
    ["TXT", "MX"],
  );
});

test("SPF ignores an eleventh PTR name", async () => {
  const pointers = (place: number): Zone => {
    const names = Array.from({ length: 11 }, (_, i) =>
      i === place ? "host.example.org" : `${i}.other.test`,
    );
    return record("v=spf1 ptr -all", {
      "1.2.0.192.in-addr.arpa": { PTR: names },
      "host.example.org": { A: "192.0.2.1" },
      ...hosts(11, "other.test"),
    });
  };
  assert.equal((await check(pointers(9))).result, "pass");
  assert.equal((await check(pointers(10))).result, "fail");
});

test("SPF takes the explanation from the record that failed, never from an include", async () => {
  const zone = record("v=spf1 include:inside.test redirect=target.test exp=exp.example.org", {
    "exp.example.org": { TXT: "not this one" },
    "inside.test": { TXT: "v=spf1 -all exp=exp.inside.test" },
    "exp.inside.test": { TXT: "nor this" },
    "target.test": { TXT: "v=spf1 -all exp=exp.target.test" },
    "exp.target.test": { TXT: "%{c} is not of %{d}, says %{r} to %{s} at %{t}" },
  });
  const verdict = await check(zone, { receiver: "mx.example", now: new Date(86_400_000) });
  assert.equal(verdict.result, "fail");
  assert.equal(
    verdict.explanation,
    "192.0.2.1 is not of target.test, says mx.example to ada@example.org at 86400",
  );
});

test("SPF gives an explanation for nothing but fail", async () => {
  for (const all of ["~all", "?all", "+all"]) {
    const zone = record(`v=spf1 ${all} exp=exp.test`, { "exp.test": { TXT: "no" } });
    assert.equal((await check(zone)).explanation, undefined);
  }
});

test("SPF leaves a fail as it is if its explanation cannot be had", async () => {
  const explanations: Zone[string][] = [
    "temporary",
    {},
    { TXT: ["two", "records"] },
    { TXT: "%{broken" },
    { TXT: "é" },
    { TXT: "%{p} %{p}" },
  ];
  for (const entry of explanations) {
    // Two questions without an answer are used up already, and the client has no name.
    const zone = record("v=spf1 a:x.test a:y.test -all exp=exp.test", { "exp.test": entry });
    const verdict = await check(zone);
    assert.equal(verdict.result, "fail");
    assert.equal(verdict.explanation, undefined);
  }
});

test("SPF expands %{p} to a name that leads back to the client, best one of the domain, or to unknown", async () => {
  const expansion = async (names: readonly string[]) => {
    const zone = {
      "example.org": { TXT: "v=spf1 exists:%{p}.x.test -all", A: "192.0.2.1" },
      "1.2.0.192.in-addr.arpa": { PTR: names },
      "forged.test": { A: "198.51.100.9" },
      "host.other.test": { A: "192.0.2.1" },
      "host.example.org": { A: "192.0.2.1" },
    };
    const resolver = Resolver.zone(zone);
    await check({}, { resolver });
    return resolver.asked.at(-1)?.name;
  };
  assert.equal(await expansion(["forged.test"]), "unknown.x.test");
  assert.equal(await expansion(["forged.test", "host.other.test"]), "host.other.test.x.test");
  assert.equal(await expansion(["host.other.test", "host.example.org"]), "host.example.org.x.test");
  assert.equal(await expansion(["host.example.org", "example.org"]), "example.org.x.test");
});

test("SPF shortens a name that macros made too long from its left", async () => {
  const resolver = Resolver.zone(record("v=spf1 exists:%{l}.%{l}.%{l}.%{l}.%{l}.x.test -all"));
  const local = "aaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbb.cccccccccccccccc";
  await check({}, { resolver, from: `${local}@example.org` });
  const name = resolver.asked.at(-1)?.name ?? "";
  // 301 octets; without the first three labels 242.
  assert.equal(name, `${`${local}.`.repeat(4)}x.test`);
  assert.ok(name.length <= 253);
});

test("SPF asks nothing for a name that is not in ASCII", async () => {
  const resolver = Resolver.zone(record("v=spf1 exists:%{l}.x.test a:%{l}.y.test mx:%{l}.z.test ~all"));
  const verdict = await check({}, { resolver, from: "ädä@example.org" });
  assert.equal(verdict.result, "softfail");
  assert.equal(verdict.voidLookups, 0);
  assert.equal(resolver.asked.length, 1);
});

test("SPF knows an IPv4 address in IPv6 clothes", async () => {
  const zone = record("v=spf1 ip4:192.0.2.1 -all");
  for (const ip of [
    "::ffff:192.0.2.1",
    "::FFFF:c000:201",
    "0:0:0:0:0:ffff:192.0.2.1",
    "0000::ffff:192.0.2.1",
  ])
    assert.equal((await check(zone, { ip })).result, "pass", ip);
});

test("SPF looks at the AAAA records for an IPv6 client", async () => {
  const zone = record("v=spf1 a:x.test//64 -all", { "x.test": { A: "192.0.2.1", AAAA: "2001:db8::1" } });
  assert.equal((await check(zone, { ip: "2001:DB8::ffff" })).result, "pass");
  assert.equal((await check(zone, { ip: "2001:db8:0:1::1" })).result, "fail");
  assert.equal((await check(zone, { ip: "2001:db8::5%eth0" })).result, "pass");
});

for (const from of [
  "a@localhost",
  "a@x.test\0.evil.test",
  "a@[192.0.2.1]",
  "a@",
  "a@b c.test",
  "a@.test",
  "a@x\\.test",
]) {
  test(`SPF says none for ${JSON.stringify(from)} and asks nothing`, async () => {
    const resolver = Resolver.zone({});
    const verdict = await check({}, { resolver, from, hello: "localhost" });
    assert.equal(verdict.result, "none");
    assert.equal(verdict.code, "no-domain");
    assert.deepEqual(resolver.asked, []);
  });
}

for (const ip of [
  "",
  "unknown",
  "/run/socket",
  "192.0.2",
  "192.0.2.01",
  "::1::",
  "1:2:3:4:5:6:7:8:9",
  undefined,
  null,
]) {
  test(`SPF says none if the address of the client is ${JSON.stringify(ip)}`, async () => {
    const verdict = await check(record("v=spf1 +all"), { ip: ip as string });
    assert.equal(verdict.result, "none");
    assert.equal(verdict.code, "no-origin");
  });
}

test("SPF checks the name in HELO for the null sender, and says so", async () => {
  const zone = {
    "mail.example.net": { TXT: "v=spf1 exists:%{l}.%{o}.x.test -all" },
    "postmaster.mail.example.net.x.test": { A: "127.0.0.2" },
  };
  for (const from of [null, "", "<>"]) {
    const verdict = await check(zone, { from });
    assert.equal(verdict.result, "pass");
    assert.equal(verdict.identity, "hello");
    assert.equal(verdict.domain, "mail.example.net");
  }
});

test("SPF reads the sender as text with or without brackets, or as an Address", async () => {
  for (const from of [
    "ada@example.org",
    "<ada@EXAMPLE.org>",
    Address.parse("ada@example.org"),
    '"a@b"@example.org',
  ]) {
    const verdict = await check(record("v=spf1 +all"), { from });
    assert.equal(verdict.identity, "mailfrom");
    assert.equal(verdict.domain, "example.org");
    assert.equal(verdict.result, "pass");
  }
});

test("SPF looks up U-labels as A-labels", async () => {
  const verdict = await check({ "xn--bcher-kva.test": { TXT: "v=spf1 +all" } }, { from: "ada@BÜCHER.test" });
  assert.equal(verdict.domain, "xn--bcher-kva.test");
  assert.equal(verdict.result, "pass");
});

test("SPF gives a temporary error when its time is over", async () => {
  const resolver: Resolver = { resolve: () => new Promise(() => {}) };
  const verdict = await check({}, { resolver, deadline: 5 });
  assert.equal(verdict.result, "temperror");
  assert.equal(verdict.code, "deadline");
});

test("SPF gives a temporary error when its questions are used up", async () => {
  const verdict = await check(record("v=spf1 a:x.test +all"), { maxQueries: 1 });
  assert.equal(verdict.result, "temperror");
  assert.equal(verdict.code, "too-many-queries");
});

test("SPF rejects when its signal aborts", async () => {
  const controller = new AbortController();
  const resolver: Resolver = { resolve: () => new Promise(() => {}) };
  const checking = check({}, { resolver, signal: controller.signal });
  controller.abort();
  await assert.rejects(checking, { kind: "aborted" });
});

test("SPF reports its questions", async () => {
  const verdict = await check(record("v=spf1 a:x.test -all"));
  assert.deepEqual(verdict.queries, [
    { name: "example.org", type: "TXT", outcome: "found" },
    { name: "x.test", type: "A", outcome: "no-name" },
  ]);
});

for (const [options, message] of [
  [{ resolver: undefined }, /^checkSpf\.resolver\.resolve: expected a function, got undefined/],
  [{ deadline: 0 }, /^checkSpf\.deadline: expected/],
  [{ maxQueries: -1 }, /^checkSpf\.maxQueries: expected/],
  [{ resolvers: [] }, /resolvers/],
] as const) {
  test(`SPF refuses the options ${JSON.stringify(options)}`, async () => {
    const origin = { ip: "192.0.2.1", hello: "a.test", from: null, resolver: Resolver.zone({}) };
    await assert.rejects(checkSpf({ ...origin, ...options } as never), { kind: "configuration", message });
  });
}

test("a signal that many checks share makes no warning", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on("warning", note);
  const { signal } = new AbortController();
  const resolver = Resolver.system({ servers: ["127.0.0.1:9"], timeout: 5 });
  await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      await checkSpf({ ip: "192.0.2.1", hello: "a.test", from: `a@x${index}.test`, resolver, signal });
      await resolver.resolve(`y${index}.test`, "TXT", { signal });
    }),
  );
  await new Promise(setImmediate);
  process.off("warning", note);
  assert.deepEqual(warnings, []);
});

test("a local part beyond ASCII makes terms that never match, and no question", async () => {
  for (const [term, result] of [
    ["include:%{l}.example.net", "neutral"],
    ["exists:%{l}.example.net", "neutral"],
    ["redirect=%{l}.example.net", "permerror"],
    ["-all exp=%{l}.example.net", "fail"],
  ]) {
    const resolver = Resolver.zone({ "example.org": { TXT: `v=spf1 ${term}` } });
    const verdict = await checkSpf({
      ip: "192.0.2.1",
      hello: "mail.example.org",
      from: "\u00e4@example.org",
      resolver,
    });
    assert.equal(verdict.result, result, term);
    assert.deepEqual(resolver.asked, [{ name: "example.org", type: "TXT" }], term);
  }
});
