import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Authenticated,
  type DmarcOptions,
  type DmarcVerdict,
  evaluateDmarc,
  Resolver,
  type Zone,
} from "envoi/verify";

const pass = (domain: string): Authenticated => ({ result: "pass", domain });

async function evaluate(
  zone: Zone,
  from: string,
  options: Partial<DmarcOptions> = {},
): Promise<DmarcVerdict> {
  return evaluateDmarc({ from: [`ada@${from}`], resolver: Resolver.zone(zone), ...options });
}

function records(texts: Readonly<Record<string, string | readonly string[]>>): Zone {
  return Object.fromEntries(Object.entries(texts).map(([domain, TXT]) => [`_dmarc.${domain}`, { TXT }]));
}

test("the walk asks for the author's domain and at most seven names above it", async () => {
  const resolver = Resolver.zone({});
  const verdict = await evaluate({}, "a.b.c.d.e.f.g.h.i.j.mail.example.com", { resolver });
  assert.equal(verdict.result, "none");
  assert.deepEqual(
    resolver.asked.map(({ name }) => name),
    [
      "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com",
      "_dmarc.g.h.i.j.mail.example.com",
      "_dmarc.h.i.j.mail.example.com",
      "_dmarc.i.j.mail.example.com",
      "_dmarc.j.mail.example.com",
      "_dmarc.mail.example.com",
      "_dmarc.example.com",
      "_dmarc.com",
    ],
  );
});

test("the walk of a name with eight labels leaves none out", async () => {
  const resolver = Resolver.zone({});
  await evaluate({}, "a.b.c.d.e.f.example.com", { resolver });
  assert.equal(resolver.asked.length, 8);
  assert.equal(resolver.asked[1]?.name, "_dmarc.b.c.d.e.f.example.com");
});

const policies: readonly [
  what: string,
  zone: Zone,
  author: string,
  policy: string | undefined,
  from?: string,
][] = [
  [
    "the author's own record",
    records({ "a.x.test": "v=DMARC1; p=reject", "x.test": "v=DMARC1; sp=none" }),
    "a.x.test",
    "reject",
    "a.x.test",
  ],
  [
    "sp of the organizational domain",
    records({ "x.test": "v=DMARC1; p=none; sp=quarantine" }),
    "a.x.test",
    "quarantine",
    "x.test",
  ],
  [
    "p of the organizational domain without sp",
    records({ "x.test": "v=DMARC1; p=reject" }),
    "a.x.test",
    "reject",
    "x.test",
  ],
  [
    "the organizational domain, not a domain between",
    records({ "b.x.test": "v=DMARC1; p=reject", "x.test": "v=DMARC1; p=quarantine" }),
    "a.b.x.test",
    "quarantine",
    "x.test",
  ],
  [
    "a domain with psd=n, not one above it",
    records({ "b.x.test": "v=DMARC1; p=reject; psd=n", "x.test": "v=DMARC1; p=none" }),
    "a.b.x.test",
    "reject",
    "b.x.test",
  ],
  [
    "a public suffix if the organizational domain has no record",
    records({ test: "v=DMARC1; p=none; sp=reject; psd=y" }),
    "a.x.test",
    "reject",
    "test",
  ],
  [
    "the domain below a public suffix, which ends the walk",
    records({
      "b.x.test": "v=DMARC1; p=reject",
      "x.test": "v=DMARC1; p=none; psd=y",
      test: "v=DMARC1; p=none",
    }),
    "a.b.x.test",
    "reject",
    "b.x.test",
  ],
  [
    "a domain above one with two records",
    records({ "a.x.test": ["v=DMARC1; p=none", "v=DMARC1; p=none"], "x.test": "v=DMARC1; p=reject" }),
    "a.x.test",
    "reject",
    "x.test",
  ],
  [
    "a record beside other texts",
    records({ "x.test": ["other", "v=DMARC1; p=reject", "v=spf1 -all"] }),
    "x.test",
    "reject",
  ],
  ["t=y, one step lower", records({ "x.test": "v=DMARC1; p=reject; t=y" }), "x.test", "quarantine"],
  ["t=y, two steps are not taken", records({ "x.test": "v=DMARC1;p=quarantine;t=y;" }), "x.test", "none"],
  ["none without p", records({ "x.test": "v=DMARC1" }), "x.test", "none"],
  [
    "none for an invalid p with a rua",
    records({ "x.test": "v=DMARC1; p=block; rua=mailto:d@x.test" }),
    "x.test",
    "none",
  ],
  [
    "none for an invalid sp with a rua",
    records({ "x.test": "v=DMARC1; p=reject; sp=x; rua=https://x.test/d" }),
    "x.test",
    "none",
  ],
  [
    "none for p twice with a rua",
    records({ "x.test": "v=DMARC1; p=none; p=reject; rua=mailto:d@x.test" }),
    "x.test",
    "none",
  ],
  [
    "values in any case",
    records({ "x.test": "v=DMARC1 ; P = Reject ; unknown=1; broken" }),
    "x.test",
    "reject",
  ],
];

for (const [what, zone, author, policy, recordDomain] of policies) {
  test(`the policy is that of ${what}`, async () => {
    const verdict = await evaluate(zone, author);
    assert.equal(verdict.result, "fail", verdict.reason);
    assert.equal(verdict.policy, policy);
    assert.equal(verdict.disposition, policy);
    assert.equal(verdict.recordDomain, recordDomain ?? author);
  });
}

for (const text of [
  "v=dmarc1; p=reject",
  " v=DMARC1; p=reject",
  "p=reject; v=DMARC1",
  "v=DMARC1x; p=reject",
  "v=DMARC2; p=none",
  "v=DMARC1 p=reject",
]) {
  test(`${JSON.stringify(text)} is not a record`, async () => {
    assert.equal((await evaluate(records({ "x.test": text }), "x.test")).result, "none");
  });
}

for (const rua of ["", "; rua=", "; rua=mailto:nobody", "; rua=x.test", "; rua=:,mailto:"]) {
  test(`an invalid policy is an error with advice for the owner, with ${JSON.stringify(rua)}`, async () => {
    const verdict = await evaluate(records({ "x.test": `v=DMARC1; p=block${rua}` }), "x.test", {
      spf: pass("x.test"),
    });
    assert.equal(verdict.result, "permerror");
    assert.equal(verdict.code, "invalid-record");
    assert.equal(verdict.disposition, "none");
    assert.match(verdict.advice ?? "", /"p=block" in the record at _dmarc\.x\.test/);
  });
}

test("np counts only for an author's domain that does not exist", async () => {
  const record = records({ "x.test": "v=DMARC1; p=none; sp=quarantine; np=reject" });
  const policy = async (author: string, more: Zone = {}) =>
    (await evaluate({ ...record, ...more }, author)).policy;
  assert.equal(await policy("a.x.test"), "reject");
  assert.equal(await policy("x.test"), "none");
  assert.equal(await policy("a.x.test", { "a.x.test": {} }), "quarantine");
  assert.equal(await policy("a.x.test", { "below.a.x.test": { A: "192.0.2.1" } }), "quarantine");
  assert.equal(await policy("a.x.test", { "a.x.test": { CNAME: "nowhere.test" } }), "quarantine");
  const failing = await evaluate({ ...record, "a.x.test": "temporary" }, "a.x.test");
  assert.equal(failing.result, "temperror");
  assert.equal(failing.policy, undefined);
  assert.equal(failing.disposition, "none");
});

test("nothing is asked about the existence of a domain if np says the same as sp", async () => {
  const resolver = Resolver.zone(records({ "x.test": "v=DMARC1; p=none; sp=reject; np=reject" }));
  await evaluate({}, "a.x.test", { resolver });
  assert.ok(resolver.asked.every(({ type }) => type === "TXT"));
});

const alignments: readonly [
  what: string,
  record: string,
  evidence: Partial<DmarcOptions>,
  aligned: boolean,
][] = [
  ["SPF of the same domain", "v=DMARC1", { spf: pass("mail.x.test") }, true],
  ["SPF of the same domain in another case", "v=DMARC1", { spf: pass("MAIL.X.test.") }, true],
  ["SPF of the organizational domain", "v=DMARC1", { spf: pass("x.test") }, true],
  ["SPF of a sister domain", "v=DMARC1", { spf: pass("bounce.x.test") }, true],
  ["SPF of the organizational domain, strictly", "v=DMARC1; aspf=s", { spf: pass("x.test") }, false],
  ["SPF of the same domain, strictly", "v=DMARC1; aspf=s", { spf: pass("mail.x.test") }, true],
  ["SPF that did not pass", "v=DMARC1", { spf: { result: "neutral", domain: "mail.x.test" } }, false],
  [
    "DKIM of the organizational domain",
    "v=DMARC1; aspf=s",
    { dkim: [pass("other.net"), pass("x.test")] },
    true,
  ],
  ["DKIM of the organizational domain, strictly", "v=DMARC1; adkim=s", { dkim: [pass("x.test")] }, false],
  ["DKIM that is policy", "v=DMARC1", { dkim: [{ result: "policy", domain: "mail.x.test" }] }, false],
  ["DKIM of a domain that ends alike", "v=DMARC1", { dkim: [pass("evilx.test")] }, false],
  ["DKIM of the suffix", "v=DMARC1", { dkim: [pass("test")] }, false],
  ["DKIM without a domain", "v=DMARC1", { dkim: [{ result: "pass" }] }, false],
];

for (const [what, record, evidence, aligned] of alignments) {
  test(`${what} is ${aligned ? "" : "not "}aligned`, async () => {
    const verdict = await evaluate(records({ "x.test": record }), "mail.x.test", evidence);
    assert.equal(verdict.result, aligned ? "pass" : "fail", verdict.reason);
    assert.equal(verdict.code, aligned ? "aligned" : "not-aligned");
    assert.deepEqual(verdict.aligned, {
      spf: aligned && evidence.spf !== undefined,
      dkim: aligned && evidence.dkim !== undefined,
    });
    assert.equal(verdict.advice === undefined, aligned);
  });
}

test("the walk ends at a record with psd=n or psd=y", async () => {
  for (const psd of ["n", "y"]) {
    const resolver = Resolver.zone(records({ "x.test": `v=DMARC1; p=none; psd=${psd}` }));
    await evaluate({}, "a.x.test", { resolver });
    assert.deepEqual(
      resolver.asked.map(({ name }) => name),
      ["_dmarc.a.x.test", "_dmarc.x.test"],
    );
  }
});

test("domains on both sides of psd=n are not aligned", async () => {
  const zone = records({ "unit.x.test": "v=DMARC1; psd=n; p=reject", "x.test": "v=DMARC1; p=none" });
  assert.equal((await evaluate(zone, "x.test", { dkim: [pass("mail.unit.x.test")] })).result, "fail");
  assert.equal((await evaluate(zone, "unit.x.test", { dkim: [pass("x.test")] })).result, "fail");
  assert.equal((await evaluate(zone, "unit.x.test", { dkim: [pass("mail.unit.x.test")] })).result, "pass");
});

test("domains below a public suffix are not aligned, unless one is below the other", async () => {
  const zone = records({ "bank.test": "v=DMARC1; psd=y; p=reject", "giant.bank.test": "v=DMARC1; p=reject" });
  assert.equal(
    (await evaluate(zone, "giant.bank.test", { spf: pass("mail.giant.bank.test") })).result,
    "pass",
  );
  assert.equal(
    (await evaluate(zone, "giant.bank.test", { dkim: [pass("mail.mega.bank.test")] })).result,
    "fail",
  );
  assert.equal((await evaluate(zone, "mega.bank.test", { dkim: [pass("giant.bank.test")] })).result, "fail");
  assert.equal((await evaluate(zone, "bank.test", { dkim: [pass("bank.test")] })).result, "pass");
});

test("nothing is asked about domains that cannot be aligned", async () => {
  const resolver = Resolver.zone(records({ "x.test": "v=DMARC1; p=none" }));
  await evaluate({}, "x.test", {
    resolver,
    spf: pass("other.net"),
    dkim: [pass("y.test"), pass("a.b.c.y.test")],
  });
  assert.deepEqual(
    resolver.asked.map(({ name }) => name),
    ["_dmarc.x.test", "_dmarc.test"],
  );
  const elsewhere = Resolver.zone(records({ "x.test": "v=DMARC1; p=none" }));
  await evaluate({}, "x.test", { resolver: elsewhere, spf: pass("x.net"), dkim: [pass("x.test.net")] });
  assert.deepEqual(
    elsewhere.asked.map(({ name }) => name),
    ["_dmarc.x.test"],
  );
});

test("a needed question that fails is a temporary error without policy, and the same domain passes all the same", async () => {
  const zone: Zone = {
    "_dmarc.mail.x.test": { TXT: "temporary" },
    ...records({ "x.test": "v=DMARC1; p=reject" }),
  };
  const verdict = await evaluate(zone, "mail.x.test", { dkim: [pass("x.test")] });
  assert.equal(verdict.result, "temperror");
  assert.equal(verdict.code, "dns");
  assert.equal(verdict.policy, undefined);
  assert.equal(verdict.disposition, "none");
  assert.equal((await evaluate(zone, "mail.x.test", { dkim: [pass("mail.x.test")] })).result, "pass");
});

test("a question that fails while domains are compared is a temporary error", async () => {
  const zone: Zone = { ...records({ "x.test": "v=DMARC1; p=reject" }), "_dmarc.test": { TXT: "temporary" } };
  const verdict = await evaluate(zone, "x.test", { spf: pass("mail.x.test") });
  assert.equal(verdict.result, "temperror");
  assert.equal(verdict.disposition, "none");
  assert.equal((await evaluate(zone, "x.test", { spf: pass("x.test") })).result, "pass");
});

test("an aligned domain that SPF or DKIM could not check now makes no fail", async () => {
  const zone = records({ "x.test": "v=DMARC1; p=reject" });
  const unknown = { result: "temperror", domain: "mail.x.test" };
  assert.equal((await evaluate(zone, "x.test", { spf: unknown })).result, "temperror");
  assert.equal((await evaluate(zone, "x.test", { dkim: [unknown] })).result, "temperror");
  assert.equal((await evaluate(zone, "x.test", { spf: unknown, dkim: [pass("x.test")] })).result, "pass");
  assert.equal((await evaluate(zone, "x.test", { spf: { ...unknown, domain: "y.test" } })).result, "fail");
});

test("a message without exactly one author's domain is an error, whatever passed", async () => {
  const zone = records({ "x.test": "v=DMARC1; p=none", "y.test": "v=DMARC1; p=none" });
  const evidence = { spf: pass("x.test"), dkim: [pass("x.test"), pass("y.test")] };
  for (const [from, code] of [
    [[], "no-from"],
    [["a@x.test", "a@x.test"], "several-from"],
    [["a@x.test, b@y.test"], "several-domains"],
    [["a@[192.0.2.1]"], "invalid-from"],
  ] as const) {
    const resolver = Resolver.zone(zone);
    const verdict = await evaluateDmarc({ from, resolver, ...evidence });
    assert.equal(verdict.result, "permerror");
    assert.equal(verdict.code, code);
    assert.equal(verdict.disposition, "none");
    assert.deepEqual(resolver.asked, []);
  }
  const two = await evaluateDmarc({
    from: ["a@x.test, b@X.test"],
    resolver: Resolver.zone(zone),
    ...evidence,
  });
  assert.equal(two.result, "pass");
});

test("a pass reports the policy and what the record publishes", async () => {
  const text = "v=DMARC1; p=reject; sp=quarantine; adkim=s; rua=mailto:a@x.test!10m, mailto:b@y.test!5T";
  const verdict = await evaluate(records({ "x.test": text }), "x.test", { dkim: [pass("x.test")] });
  assert.equal(verdict.policy, "reject");
  assert.equal(verdict.disposition, "none");
  assert.equal(verdict.record, text);
  assert.deepEqual(verdict.published, {
    ...{ domain: "x.test", p: "reject", sp: "quarantine", np: "quarantine", adkim: "s", aspf: "r" },
    ...{ testing: false, rua: ["mailto:a@x.test", "mailto:b@y.test"] },
  });
});

test("DMARC gives a temporary error when its time or its questions are used up", async () => {
  const silent: Resolver = { resolve: () => new Promise(() => {}) };
  assert.equal((await evaluate({}, "x.test", { resolver: silent, deadline: 5 })).code, "deadline");
  assert.equal((await evaluate({}, "a.b.x.test", { maxQueries: 2 })).code, "too-many-queries");
});

test("DMARC rejects when its signal aborts", async () => {
  const silent: Resolver = { resolve: () => new Promise(() => {}) };
  const controller = new AbortController();
  const evaluating = evaluate({}, "x.test", { resolver: silent, signal: controller.signal });
  controller.abort();
  await assert.rejects(evaluating, { kind: "aborted" });
});

test("DMARC refuses a From that is not an array of strings", async () => {
  for (const from of ["ada@x.test", undefined, [5]]) {
    const options = { from, resolver: Resolver.zone({}) } as never;
    await assert.rejects(evaluateDmarc(options), {
      kind: "configuration",
      message: /^evaluateDmarc\.from: /,
    });
  }
});

test("a policy is one of the three words, and no name that every object has", async () => {
  for (const word of ["constructor", "__proto__", "valueof"]) {
    for (const tag of ["p", "sp", "np"]) {
      const text = `v=DMARC1; ${tag}=${word}`;
      const alone = await evaluate(records({ "example.com": text }), "example.com");
      assert.equal(`${alone.result} ${alone.code}`, "permerror invalid-record", text);
      const told = await evaluate(
        records({ "example.com": `${text}; rua=mailto:a@example.com` }),
        "x.example.com",
      );
      assert.equal(`${told.result} ${told.policy}`, "fail none", text);
    }
  }
});
