import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, Resolver } from "envoi/verify";
import { Inquiry, type Source } from "#src/verify/inquiry.js";

test("an inquiry asks the same question once, whatever its spelling", async () => {
  const zone = Resolver.zone({ "a.test": { TXT: "x" } });
  const inquiry = new Inquiry(zone);
  await Promise.all([inquiry.ask("a.test", "TXT"), inquiry.ask("A.TEST.", "TXT")]);
  assert.equal(zone.asked.length, 1);
  assert.deepEqual(inquiry.queries, [{ name: "a.test", type: "TXT", outcome: "found" }]);
  inquiry.close();
});

test("an inquiry does not ask for names that DNS cannot have", async () => {
  const zone = Resolver.zone({});
  const inquiry = new Inquiry(zone);
  for (const name of ["", ".", "a..b", `${"x".repeat(64)}.test`, `${"x.".repeat(127)}test`])
    assert.deepEqual(await inquiry.ask(name, "A"), { outcome: "no-name" });
  assert.equal(zone.asked.length, 0);
  inquiry.close();
});

test("an inquiry that has asked enough answers with a temporary failure", async () => {
  const zone = Resolver.zone({});
  const inquiry = new Inquiry(zone, { maxQueries: 2 });
  for (const name of ["a.test", "b.test", "a.test"])
    assert.equal((await inquiry.ask(name, "A")).outcome, "no-name");
  const last = await inquiry.ask("c.test", "A");
  assert.equal(last.outcome === "temporary" && last.code, "too-many-queries");
  assert.equal(zone.asked.length, 2);
  inquiry.close();
});

test("an inquiry answers with temporary failures after its deadline", async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const silent: Source = {
    resolve: (_name, _type, options) => {
      signals.push(options?.signal);
      return new Promise(() => {});
    },
  };
  const inquiry = new Inquiry(silent, { deadline: 5 });
  const first = await inquiry.ask("a.test", "A");
  assert.equal(first.outcome === "temporary" && first.code, "deadline");
  assert.equal(signals[0]?.aborted, true);
  const second = await inquiry.ask("b.test", "A");
  assert.equal(second.outcome === "temporary" && second.code, "deadline");
  assert.equal(signals.length, 1, "it asked after the deadline");
  inquiry.close();
});

test("an inquiry rejects all that wait when it is aborted", async () => {
  const controller = new AbortController();
  const inquiry = new Inquiry({ resolve: () => new Promise(() => {}) }, { signal: controller.signal });
  const waiting = [inquiry.ask("a.test", "A"), inquiry.ask("b.test", "TXT")];
  controller.abort("changed my mind");
  for (const each of waiting) await assert.rejects(each, { kind: "aborted", cause: "changed my mind" });
  await assert.rejects(inquiry.ask("c.test", "A"), { kind: "aborted" });
  inquiry.close();
});

const strange: readonly [what: string, resolve: () => unknown][] = [
  [
    "throws",
    () => {
      throw new Error("broken");
    },
  ],
  ["rejects", () => Promise.reject("broken")],
  ["answers nothing", () => undefined],
  ["answers null", () => null],
  ["answers an unknown outcome", () => ({ outcome: "servfail" })],
  ["answers records that are no array", () => ({ outcome: "found", records: "x" })],
  [
    "answers records of another type",
    () => ({ outcome: "found", records: [{ priority: 1, exchange: "x" }] }),
  ],
  ["answers records that are no records", () => ({ outcome: "found", records: [null] })],
];

for (const [what, resolve] of strange) {
  test(`an inquiry takes it for a temporary failure if the resolver ${what}`, async () => {
    const inquiry = new Inquiry({ resolve: resolve as Source["resolve"] });
    const finding = await inquiry.ask("a.test", "TXT");
    assert.equal(finding.outcome, "temporary");
    assert.equal(finding.outcome === "temporary" && finding.code, "dns");
    inquiry.close();
  });
}

test("an inquiry takes found without records for no data", async () => {
  const inquiry = new Inquiry({ resolve: async () => ({ outcome: "found", records: [] }) });
  assert.deepEqual(await inquiry.ask("a.test", "TXT"), { outcome: "no-data" });
  inquiry.close();
});

test("begins the time until the deadline again, unless it was aborted or closed", async () => {
  const answers: Answer[] = [];
  const slow = {
    resolve: () =>
      new Promise<Answer>((resolve) => {
        const answer: Answer = { outcome: "no-data" };
        answers.push(answer);
        if (answers.length > 1) resolve(answer);
      }),
  };
  const inquiry = new Inquiry(slow, { deadline: 5 });
  const first = await inquiry.ask("a.test", "A");
  assert.equal(first.outcome, "temporary");
  assert.equal((await inquiry.ask("b.test", "A")).outcome, "temporary");
  inquiry.renew();
  assert.equal((await inquiry.ask("c.test", "A")).outcome, "no-data");
  inquiry.close();
  inquiry.renew();
  assert.equal((await inquiry.ask("d.test", "A")).outcome, "temporary");
});

test("reports the questions of each of several checks", async () => {
  const inquiry = new Inquiry({ resolve: async () => ({ outcome: "no-data" }) as const });
  const [one, two] = [inquiry.part(), inquiry.part()];
  await Promise.all([
    one.ask("A.test.", "A"),
    two.ask("b.test", "TXT"),
    two.askMx("b.test"),
    one.ask("b.test", "TXT"),
  ]);
  const shown = ({ queries }: typeof one) => queries.map(({ name, type }) => `${type} ${name}`);
  assert.deepEqual(shown(one), ["A a.test", "TXT b.test"]);
  assert.deepEqual(shown(two), ["TXT b.test", "MX b.test"]);
  inquiry.close();
});

test("an inquiry makes a temporary failure of an answer that is not valid", async () => {
  const failing = { toString: () => assert.fail("nobody reads it") };
  const answers: unknown[] = [
    undefined,
    { outcome: "temporary", reason: Symbol("why") },
    { outcome: "temporary", reason: failing },
    { outcome: "temporary" },
    { outcome: "found", records: { length: 1, every: () => true } },
    { outcome: "found", records: "v=DMARC1" },
    { outcome: "found", records: [`v=spf1 ${"a ".repeat(40_000)}`] },
    { outcome: "found", records: Array(70_000).fill("") },
  ];
  for (const answer of answers) {
    const inquiry = new Inquiry({ resolve: async () => answer as Answer });
    const finding = await inquiry.ask("a.test", "TXT");
    assert.equal(finding.outcome, "temporary");
    assert.equal(finding.outcome === "temporary" && typeof finding.reason, "string");
    inquiry.close();
  }
});

test("an inquiry does not ask for names beyond ASCII", async () => {
  const zone = Resolver.zone({});
  const inquiry = new Inquiry(zone);
  assert.deepEqual(await inquiry.ask("\u00e4.test", "TXT"), { outcome: "no-name" });
  assert.deepEqual(zone.asked, []);
  inquiry.close();
});
