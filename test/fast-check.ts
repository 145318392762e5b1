/**
 * fast-check, with its seed and its number of runs set from outside, so that one suite serves as the quick check
 * of every day and as the long one of `npm run soak`.
 *
 * `ENVOI_SEED` seeds all properties; it is the same each day, unless told otherwise, so that a test which fails
 * does so because of a change. `ENVOI_RUNS` is how often a property runs that does not say so itself (100);
 * the others run more often or more seldom in proportion.
 *
 * Tests take it from `property.ts`: `import { fc } from "../property.ts"`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { numberFrom } from "./environment.ts";

const usualRuns = 100;
const seed = numberFrom("ENVOI_SEED", 1);
const factor = numberFrom("ENVOI_RUNS", usualRuns) / usualRuns;
let properties = 0;
let runs = 0;

export * from "fast-check";

/** fast-check's `assert`, with seed and runs from outside, and counted. */
export function assert<Ts>(property: fc.IProperty<Ts>, parameters?: fc.Parameters<Ts>): void;
export function assert<Ts>(property: fc.IAsyncProperty<Ts>, parameters?: fc.Parameters<Ts>): Promise<void>;
export function assert<Ts>(
  property: fc.IRawProperty<Ts>,
  parameters: fc.Parameters<Ts> = {},
): void | Promise<void> {
  properties += 1;
  const numRuns = Math.max(1, Math.round((parameters.numRuns ?? usualRuns) * factor));
  const reporter = (details: fc.RunDetails<Ts>): void => {
    runs += details.numRuns;
    if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
  };
  return fc.assert(property, { seed, ...parameters, numRuns, reporter });
}

const counts = process.env["ENVOI_COUNTS"];
if (counts !== undefined) {
  process.once("exit", () => {
    writeFileSync(join(counts, `${process.pid}.json`), JSON.stringify({ seed, properties, runs }));
  });
}
