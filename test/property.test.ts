import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "./property.ts";

test("a property that holds passes, and one that does not fails with its counterexample and seed", async () => {
  fc.assert(fc.property(fc.integer(), Number.isInteger), { numRuns: 5 });
  assert.throws(
    () =>
      fc.assert(
        fc.property(fc.nat(), (n) => n < 10),
        { endOnFailure: true },
      ),
    /Counterexample.*\[\d+\]/s,
  );
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (n) => Number.isInteger(n)),
    { numRuns: 5 },
  );
  await assert.rejects(async () => fc.assert(fc.asyncProperty(fc.nat(), async () => false)), /seed: \d+/);
});
