import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { answered, freePort } from "../report/port.ts";

/** Postfix's smtp-sink on a free port of this machine: accepts every mail and discards it. */
export class Sink implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
  }

  static async start(): Promise<Sink> {
    const port = await freePort();
    const [program = "", ...options] = sinkCommand(port);
    const child = spawn(program, options, { stdio: ["ignore", "ignore", "inherit"] });
    const failed = () =>
      child.exitCode === null ? undefined : `smtp-sink ended with status ${child.exitCode}`;
    await answered(port, failed);
    return new Sink(port, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill();
    await ended;
  }
}

/** The command that starts smtp-sink. */
export function sinkCommand(port: number): string[] {
  // As root it must be told which user to become.
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  return ["smtp-sink", ...user, "-m", "200", `127.0.0.1:${port}`, "1000"];
}
