import process from "node:process";
import type { Cost } from "../report/cost.ts";

/** What sends, over at most this many connections. */
export const connections = 4;

/** A pool of a library under measurement. */
export interface Contender {
  send(number: number): Promise<unknown>;
  close(): unknown;
}

/** Mails that are under way at any time: the pool always has a backlog, and no mail is built long before it can go. */
const underWay = 100;

/**
 * Sends mails as a process of its own, `PORT WARM-UP COUNT` on its command line, and prints what they cost. The
 * warm-up opens the connections and lets the compiler see the code; it is not measured.
 */
export async function run(open: (port: number) => Contender): Promise<void> {
  const [port = 0, warmUp = 0, count = 0] = process.argv.slice(2).map(Number);
  const contender = open(port);
  await sendAll(contender, warmUp);
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await sendAll(contender, count);
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await contender.close();
  const cost: Cost = { count, seconds, cpuSeconds: (user + system) / 1e6 };
  process.stdout.write(JSON.stringify(cost));
}

async function sendAll(contender: Contender, count: number): Promise<void> {
  let number = 0;
  const worker = async (): Promise<void> => {
    while (number < count) await contender.send(number++);
  };
  await Promise.all(Array.from({ length: underWay }, worker));
}
