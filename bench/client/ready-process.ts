import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A program in a process of its own, which prints a line of JSON when it is ready: the ports it listens on. */
export class ReadyProcess implements AsyncDisposable {
  readonly ports: readonly number[];
  readonly #child: ChildProcess;

  private constructor(ports: readonly number[], child: ChildProcess) {
    this.ports = ports;
    this.#child = child;
  }

  static async start(url: URL, ...args: readonly string[]): Promise<ReadyProcess> {
    const child = spawn(process.execPath, [fileURLToPath(url), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface(child.stdout)) return new ReadyProcess(JSON.parse(line), child);
    throw new Error(`${url} ended with status ${child.exitCode}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }
}
