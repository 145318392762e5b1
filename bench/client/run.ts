import process from "node:process";
import type { Cost } from "../report/cost.ts";
import type { Course } from "./course.ts";

/** A pool of a library, or a sender without a pool. */
export interface Contender {
  /** Resolves when the server has accepted the mail with this number. */
  send?(number: number): Promise<unknown>;
  /** Instead of `send`: sends one mail after another over one connection, and calls `answered` for each. */
  repeat?(answered: () => void): Promise<void>;
  /** How many mails may be under way at any time, if the contender cannot use more. */
  readonly underWay?: number;
}

/**
 * Sends in a process of its own, with the course on its command line, and prints the cost. There is always a backlog.
 * The warm-up opens the connections, lets windows grow and is for the compiler; it is not measured.
 *
 * The measurement begins with the last mail that was answered in the warm-up and ends with the last that was answered
 * in time. It covers whole rounds of the connections, so answers that come in bursts are not an advantage.
 */
export async function run(open: (course: Course) => Contender): Promise<void> {
  const course: Course = JSON.parse(process.argv[2] ?? "");
  const { connections, warmUp, warmUpMails, seconds } = course;
  const contender = open(course);
  const answered: number[] = [];
  let number = 0;
  const took = (): void => {
    answered.push(performance.now());
  };
  const worker = async (): Promise<never> => {
    if (contender.repeat !== undefined) await contender.repeat(took);
    while (contender.send !== undefined) {
      await contender.send(number++);
      took();
    }
    return await new Promise<never>(() => {});
  };
  const workers = Promise.all(Array.from({ length: contender.underWay ?? course.underWay }, worker));

  const { whole } = course;
  if (whole !== undefined) {
    await Promise.race([workers, until(0, () => answered.length >= whole)]);
    const { user, system } = process.cpuUsage();
    // The clock began with the process.
    print({ count: answered.length, seconds: performance.now() / 1000, cpuSeconds: (user + system) / 1e6 });
    return;
  }
  const latest = performance.now() + 10_000 * warmUp;
  const warm = (): boolean => answered.length > warmUpMails || performance.now() > latest;
  await Promise.race([workers, until(warmUp, () => answered.length > 0 && warm())]);
  const cpu = process.cpuUsage();
  const begun = answered.length - 1;
  await Promise.race([workers, until(seconds, () => answered.length - 1 - begun >= connections)]);
  const { user, system } = process.cpuUsage(cpu);

  const all = answered.length - 1 - begun;
  const count = all - (all % connections);
  const [from = 0, to = 0] = [answered[begun], answered[begun + count]];
  print({
    count,
    seconds: (to - from) / 1000,
    cpuSeconds: ((user + system) / 1e6) * (count / all),
  });
}

function print(cost: Cost): void {
  process.stdout.write(JSON.stringify(cost), () => process.exit());
}

/** Waits `seconds` seconds, and longer if the goal was not achieved by then. */
function until(seconds: number, achieved: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(function look() {
      if (achieved()) resolve();
      else setTimeout(look, 5);
    }, seconds * 1000);
  });
}
