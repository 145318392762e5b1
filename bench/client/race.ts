import process from "node:process";
import type { Cost } from "../report/cost.ts";
import { type Course, nameOf, type Track } from "./course.ts";
import type { Entrant } from "./entrants.ts";
import type { Results } from "./results.ts";
import type { Targets } from "./targets.ts";

/** A sender on a track. */
export interface Run {
  readonly track: Track;
  readonly entrant: Entrant;
}

/**
 * Runs each sender once on its track. Without a delay they run one after another. With a delay they mostly wait, so
 * several run at the same time: as many as leave the processors idle.
 */
export async function race(
  runs: readonly Run[],
  targets: Targets,
  results: Results,
  brief: boolean,
): Promise<void> {
  for (const together of groups(runs)) {
    await targets.idle();
    await Promise.all(
      together.map(async ({ track, entrant }) => {
        const label = `${track.delay} ms, ${nameOf(track)}: ${entrant.name}`;
        try {
          const cost = await entrant.send(track, course(track, entrant, targets, brief));
          results.add(track, entrant.name, cost);
          process.stderr.write(`${label}: ${told(cost)}\n`);
        } catch (error) {
          // A missing number is visible; the others are still useful.
          process.stderr.write(`${label} failed: ${error}\n`);
        }
      }),
    );
  }
}

function groups(runs: readonly Run[]): readonly (readonly Run[])[] {
  const open = new Map<string, { readonly runs: Run[]; load: number }>();
  const all: (readonly Run[])[] = [];
  for (const run of runs) {
    const load = loadOf(run);
    const key = `${run.track.delay} ${load}`;
    let group = open.get(key);
    if (group === undefined || group.load + load > 1) {
      group = { runs: [], load: 0 };
      open.set(key, group);
      all.push(group.runs);
    }
    group.runs.push(run);
    group.load += load;
  }
  return all;
}

/** The approximate share of the machine that a run needs. Two windows would share one Postfix, and be half as fast. */
function loadOf({ track: { target, delay, connections }, entrant }: Run): number {
  if (delay === 0) return 1;
  if (entrant.name !== "window") return 1 / 16;
  return target === "Postfix" ? 1 : Math.min(1, (connections * 25) / delay);
}

function course(
  { target, tls, delay, connections }: Track,
  { name }: Entrant,
  targets: Targets,
  brief: boolean,
): Course {
  const port = targets.port({ target, tls, delay });
  // With two processors, all of a group have started after a second. A window takes a dozen round trips to open, the
  // others take five to connect.
  const warmUp = delay === 0 ? 0.4 : name === "window" ? 0.6 + 0.015 * delay : 2;
  const seconds = delay === 0 ? 0.4 : 0.5 + 0.01 * delay;
  return {
    ...{ port, connections, ca: tls ? targets.ca : undefined },
    // Waiting mails cost memory, and so processor time; but with a long delay a window needs this many to be full.
    underWay: delay === 0 ? 100 : 100 * connections,
    // With Postfix, no sender is fast enough to need more.
    warmUpMails: delay > 0 || brief ? 0 : target === "Postfix" ? 500 : 15_000,
    ...(brief ? { warmUp: 0.05, seconds: 0.05 } : { warmUp, seconds }),
  };
}

function told({ count, seconds, cpuSeconds }: Cost): string {
  return `${(count / seconds).toFixed(1)}/s, ${((cpuSeconds / count) * 1e6).toFixed(1)} µs of CPU each`;
}
