/**
 * fast-check, with its seed and its number of runs set from outside, so that one suite serves as the quick check
 * of every day and as the long one of `npm run soak`.
 *
 * `ENVOI_SEED` seeds all properties; it is the same each day, unless told otherwise, so that a test which fails
 * does so because of a change. `ENVOI_RUNS` is how often a property runs that does not say so itself (100);
 * the others run more often or more seldom in proportion.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fastCheck from "fast-check";

const usualRuns = 100;
const seed = numberFrom("ENVOI_SEED", 1);
const factor = numberFrom("ENVOI_RUNS", usualRuns) / usualRuns;
let properties = 0;
let runs = 0;

/** All of fast-check; `assert` takes seed and runs from outside, and counts. */
export const fc: typeof fastCheck = { ...fastCheck, assert: assert as typeof fastCheck.assert };

function assert<Ts>(
  property: fastCheck.IRawProperty<Ts>,
  parameters: fastCheck.Parameters<Ts> = {},
): unknown {
  properties += 1;
  const numRuns = Math.max(1, Math.round((parameters.numRuns ?? usualRuns) * factor));
  return fastCheck.assert(property as fastCheck.IProperty<Ts>, {
    seed,
    ...parameters,
    numRuns,
    reporter(details) {
      runs += details.numRuns;
      if (details.failed)
        throw new Error(fastCheck.defaultReportMessage(details), { cause: details.errorInstance });
    },
  });
}

function numberFrom(variable: string, usual: number): number {
  const text = process.env[variable];
  if (text === undefined || text === "") return usual;
  if (!/^\d+$/.test(text)) throw new Error(`${variable} must be a whole number, not ${text}`);
  return Number(text);
}

const counts = process.env["ENVOI_COUNTS"];
if (counts !== undefined) {
  process.once("exit", () => {
    writeFileSync(join(counts, `${process.pid}.json`), JSON.stringify({ seed, properties, runs }));
  });
}
