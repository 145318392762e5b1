import assert from "node:assert/strict";
import { test } from "node:test";
import { progressLine } from "#src/cli/send/many/progress.js";

const facts = { done: 1500, earlier: 0, failed: 20, rows: 10_000, seconds: 10 };

test("The progress bar fits any width, and leaves out what is least important", () => {
  assert.equal(
    progressLine(facts, 100),
    `[${"#".repeat(6)}${"-".repeat(34)}]  1,500/10,000  20 failed   15%  150/s  0:57 left`,
  );
  assert.equal(progressLine(facts, 40), "1,500/10,000  20 failed   15%  150/s");
  assert.equal(progressLine(facts, 25), "1,500/10,000  20 failed");
  assert.equal(progressLine(facts, 8), "1,500/10");
  for (let width = 0; width < 120; width++) assert.ok(progressLine(facts, width).length <= width);
});

test("Without the number of rows there is only a count, and rows of earlier runs do not count for the speed", () => {
  assert.equal(progressLine({ ...facts, rows: undefined }, 80), "1,500  20 failed  150/s");
  assert.match(progressLine({ ...facts, earlier: 1400 }, 80), /10\/s/);
  assert.match(progressLine({ done: 0, earlier: 0, failed: 0, rows: 0, seconds: 0 }, 80), /0\/0 {2}100%$/);
});
