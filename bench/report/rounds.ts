import process from "node:process";
import type { Cost } from "./cost.ts";

/** A contender. */
export interface Entrant {
  readonly name: string;
  /** Runs once, in a process of its own. */
  measure(): Promise<Cost>;
}

/**
 * Measures all in turn, round after round, so that other load of the machine affects all alike. Returns the costs of
 * each round, by name.
 */
export async function interleaved(
  entrants: readonly Entrant[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly Cost[]>> {
  const costs = new Map<string, Cost[]>(entrants.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const { name, measure } of entrants) {
      const cost = await measure();
      costs.get(name)?.push(cost);
      const each = (cost.cpuSeconds / cost.count) * 1e6;
      process.stderr.write(
        `round ${round}, ${name}: ${(cost.count / cost.seconds).toFixed(0)}/s, ${each.toFixed(1)} µs of CPU each\n`,
      );
    }
  }
  return costs;
}
