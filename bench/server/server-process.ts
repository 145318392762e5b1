import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { answered, freePort } from "../report/port.ts";

/** A server under measurement, in a process of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(name: string, port: number, child: ChildProcess) {
    this.name = name;
    this.port = port;
    this.#child = child;
  }

  /** Starts the command that `command` returns for a free port. */
  static async start(name: string, command: (port: number) => readonly string[]): Promise<ServerProcess> {
    const port = await freePort();
    const [program = "", ...options] = command(port);
    const child = spawn(program, options, { stdio: ["ignore", "ignore", "inherit"] });
    const failed = () =>
      child.exitCode === null ? undefined : `${name} ended with status ${child.exitCode}`;
    await answered(port, failed);
    return new ServerProcess(name, port, child);
  }

  /** The user and system time that it has used so far. */
  get cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, "latin1");
    // The second field, the program's name in parentheses, may have spaces in it (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }
}

/** The unit of a process's time in Linux, per second: USER_HZ. */
const TICKS = 100;
