import process from "node:process";
import { type Cost, cpuEach, rate } from "../report/cost.ts";
import { table } from "../report/publish.ts";
import type { Track } from "./course.ts";
import type { Entrant } from "./entrants.ts";
import { figure } from "./tables.ts";
import type { Targets } from "./targets.ts";

/** How many mails a process sends, and the senders. */
const runs: readonly { readonly mails: number; readonly names: readonly string[] }[] = [
  { mails: 40_000, names: ["auto", "bare"] },
  { mails: 60_000, names: ["auto", "bare", "nodemailer"] },
];

const track: Track = { target: "smtp-sink", tls: false, delay: 0, connections: 4 };

/** Fresh processes that send a number of mails and end: loading and compiling count too. */
export class WholeProcesses {
  readonly #costs = new Map<string, Cost[]>();

  /** Runs each sender once. */
  async round(entrants: readonly Entrant[], targets: Targets, brief: boolean): Promise<void> {
    for (const { mails, names } of runs) {
      for (const entrant of entrants.filter(({ name }) => names.includes(name))) {
        const whole = brief ? 100 : mails;
        const connections = { port: targets.port(track), connections: track.connections };
        const cost = await entrant.send(track, {
          ...connections,
          ...{ underWay: 100, warmUp: 0, warmUpMails: 0, seconds: 0, whole },
        });
        this.#of(mails, entrant.name).push(cost);
        process.stderr.write(`a whole process of ${whole}: ${entrant.name}: ${cost.seconds.toFixed(1)} s\n`);
      }
    }
  }

  /** Mails per second, from the start of the process. */
  rate(mails: number, name: string): number {
    return rate(this.#of(mails, name));
  }

  /** Microseconds of processor time per mail: all of the process divided by its mails. */
  cpu(mails: number, name: string): number {
    return cpuEach(this.#of(mails, name));
  }

  /** The figures of all senders. */
  table(): string {
    const rows = runs.flatMap(({ mails, names }) =>
      names.map((name) => [
        `${mails} mails, ${name === "auto" ? 'envoi, "auto"' : name}`,
        figure(this.rate(mails, name)),
        figure(this.cpu(mails, name)),
      ]),
    );
    return table(["", "mails/s", "µs of CPU a mail"], rows);
  }

  #of(mails: number, name: string): Cost[] {
    const key = `${mails}, ${name}`;
    const costs = this.#costs.get(key) ?? [];
    this.#costs.set(key, costs);
    return costs;
  }
}
