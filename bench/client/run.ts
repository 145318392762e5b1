import process from "node:process";
import type { Cost } from "../report/cost.ts";
import type { Course } from "./course.ts";

/** A pool of a library under measurement, or what sends without one. */
export interface Contender {
  /** Resolves when the server has taken the mail of this number. */
  send?(number: number): Promise<unknown>;
  /** In place of `send`: sends one mail after the other, over one connection, and says when each was answered. */
  repeat?(answered: () => void): Promise<void>;
  /** How many mails may be under way at any time, where the contender can only do with fewer. */
  readonly underWay?: number;
}

/**
 * Sends as a process of its own, the course on its command line, and prints what it cost. There is a backlog at any
 * time. The warm-up opens the connections, lets windows grow and the compiler see the code; it is not measured.
 *
 * What is measured begins with the last mail that was answered before the warm-up was over and ends with the last
 * that was answered in time, and it is whole rounds of the connections: so nobody gains by answers that come in bursts.
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

/** Waits so many seconds, and longer where nothing was achieved by then. */
function until(seconds: number, achieved: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(function look() {
      if (achieved()) resolve();
      else setTimeout(look, 5);
    }, seconds * 1000);
  });
}
