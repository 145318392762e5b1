import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { numberFrom } from "../environment.ts";
import type { Effort } from "./fuzz.js";

/**
 * How much fuzzing there is to be, as said from outside: `ENVOI_FUZZ` inputs in all (20,000), or as many as
 * `ENVOI_FUZZ_SECONDS` allow for, from `ENVOI_SEED` on (1). Several processes with seeds of their own share a long run.
 */
const inputs = numberFrom("ENVOI_FUZZ", 20_000);
const seconds = numberFrom("ENVOI_FUZZ_SECONDS", Number.POSITIVE_INFINITY);
const seed = numberFrom("ENVOI_SEED", 1);

/**
 * For one of so many targets: this share of the inputs, as a percentage, and as much time as each of the others has.
 */
export function effort(share: number, targets: number): Effort {
  return { inputs: Math.ceil((inputs * share) / 100), seconds: seconds / targets, seed };
}

let tried = 0;

/** Says how many inputs have been tried; .ci/test.js tells the sum. */
export function count(inputs: number): void {
  tried += inputs;
}

const counts = process.env["ENVOI_COUNTS"];
if (counts !== undefined) {
  process.once("exit", () => {
    const told = { seed, properties: 0, runs: 0, inputs: tried };
    writeFileSync(join(counts, `${process.pid}-fuzz.json`), JSON.stringify(told));
  });
}
