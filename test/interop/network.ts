import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";

/**
 * Machines of their own, as network namespaces: each has a cable to the machine on which the test runs, and no other
 * way out.
 */
export class Network implements AsyncDisposable {
  /** The address of the test's machine. */
  readonly address: string;
  readonly #machines: readonly string[];

  /** @param count how many machines */
  static async start(count: number): Promise<Network> {
    const network = new Network(count);
    try {
      for (const [n, machine] of network.#machines.entries()) {
        const [here, there] = [network.#addressOf(n, 1), network.#addressOf(n, 2)];
        await ip("netns", "add", machine);
        await ip("link", "add", cable(n), "type", "veth", "peer", "name", "cable", "netns", machine);
        await ip("address", "add", `${here}/30`, "dev", cable(n));
        await ip("link", "set", cable(n), "up");
        await ip("-n", machine, "address", "add", `${there}/30`, "dev", "cable");
        await ip("-n", machine, "link", "set", "cable", "up");
        await ip("-n", machine, "route", "add", "default", "via", here);
      }
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
    return network;
  }

  private constructor(count: number) {
    this.#machines = Array.from({ length: count }, (_, n) => `envoi-${process.pid}-${n}`);
    this.address = this.#addressOf(0, 1);
  }

  /** The words before a command that runs on a machine. */
  on(machine: number): readonly string[] {
    return ["ip", "netns", "exec", this.#machines[machine] ?? ""];
  }

  /** Pulls the cable of a machine. */
  async unplug(machine: number): Promise<void> {
    await ip("link", "set", cable(machine), "down");
  }

  /** Plugs it in again. */
  async plug(machine: number): Promise<void> {
    await ip("link", "set", cable(machine), "up");
  }

  #addressOf(machine: number, end: number): string {
    return `10.213.${process.pid % 256}.${4 * machine + end}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The cable goes with the machine.
    for (const machine of this.#machines) await ip("netns", "delete", machine).catch(() => {});
  }
}

/** The name of an interface has 15 bytes at most. */
function cable(machine: number): string {
  return `ev${process.pid}-${machine}`;
}

async function ip(...args: string[]): Promise<void> {
  await promisify(execFile)("ip", args);
}
