import assert from "node:assert/strict";
import { test } from "node:test";
import { fullName, shortNames } from "#src/catcher/page/ui/address.js";
import { clipped } from "#src/catcher/page/ui/clipped.js";
import { formatSize } from "#src/catcher/page/ui/size.js";
import { shortTime } from "#src/catcher/page/ui/time.js";

test("a size is written with at most three digits and its unit", () => {
  assert.deepEqual([0, 999, 1_000, 1_549, 99_449, 999_499, 999_500, 12_345_678, 5e12].map(formatSize), [
    "0 B",
    "999 B",
    "1 kB",
    "1.5 kB",
    "99.4 kB",
    "999 kB",
    "1 MB",
    "12.3 MB",
    "5000 GB",
  ]);
});

test("a time is the hour today, the day this year, and the whole date before; nothing if it cannot be read", () => {
  const now = new Date(2026, 10, 30, 12, 0);
  assert.match(shortTime(new Date(2026, 10, 30, 9, 5).toISOString(), now), /09:05/);
  assert.match(shortTime(new Date(2026, 10, 28, 9, 5).toISOString(), now), /28/);
  assert.match(shortTime(new Date(2025, 10, 28, 9, 5).toISOString(), now), /2025/);
  assert.equal(shortTime("soon", now), "");
});

test("several people are named by the first three", () => {
  const people = ["a", "b", "c", "d", "e"].map((name) => ({ Name: name, Address: `${name}@x.test` }));
  assert.equal(shortNames(people), "a, b, c and 2 more");
  assert.equal(shortNames(null), "");
  assert.equal(fullName({ Name: "Anna", Address: "a@x.test" }), "Anna <a@x.test>");
  assert.equal(fullName({ Name: "", Address: "a@x.test" }), "a@x.test");
});

test("a long text is cut where a character ends", () => {
  assert.equal(clipped("a\u{1f600}b", 2), "a…");
  assert.equal(clipped("a\u{1f600}b", 3), "a\u{1f600}…");
  assert.equal(clipped("a\u{1f600}b", 4), "a\u{1f600}b");
});
