import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "envoi/verify";
import { AnswerCache } from "#src/verify/resolver/answer-cache.js";

const empty: Answer = { outcome: "no-name" };

test("a cache keeps an answer for its time, less if the record says so", () => {
  let now = 0;
  const cache = new AnswerCache({ ttl: 1000 }, () => now);
  cache.set("long", { outcome: "found", records: ["x"], ttl: 3600 });
  cache.set("short", { outcome: "found", records: ["x"], ttl: 0.5 });
  cache.set("empty", empty);
  now = 499;
  assert.ok(cache.get("long") && cache.get("short") && cache.get("empty"));
  now = 500;
  assert.equal(cache.get("short"), undefined);
  now = 999;
  assert.ok(cache.get("long") && cache.get("empty"));
  now = 1000;
  assert.equal(cache.get("long") ?? cache.get("empty"), undefined);
});

test("a cache that is full forgets what was not asked for longest", () => {
  const cache = new AnswerCache({ entries: 2 }, () => 0);
  cache.set("a", empty);
  cache.set("b", empty);
  cache.get("a");
  cache.set("c", empty);
  assert.deepEqual(
    ["a", "b", "c"].map((key) => cache.get(key)?.outcome),
    ["no-name", undefined, "no-name"],
  );
});

test("a cache counts the bytes of records", () => {
  const cache = new AnswerCache({ bytes: 100_000 }, () => 0);
  for (let i = 0; i < 10; i++) cache.set(`${i}`, { outcome: "found", records: ["x".repeat(30_000)] });
  const kept = Array.from({ length: 10 }, (_, i) => cache.get(`${i}`)).filter(
    (answer) => answer !== undefined,
  );
  assert.equal(kept.length, 3);
  cache.set("huge", { outcome: "found", records: ["x".repeat(200_000)] });
  assert.equal(cache.get("huge"), undefined);
});

test("a cache keeps no failures", () => {
  const cache = new AnswerCache();
  cache.set("a", { outcome: "temporary", reason: "x" });
  assert.equal(cache.get("a"), undefined);
});
