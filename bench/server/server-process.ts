import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { answered, freePort } from "../report/port.ts";

/** A server under measurement, in a process of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly name: string;
  readonly port: number;
  /** The port at which it listens by TLS, if it does. */
  readonly tlsPort: number;
  readonly #child: ChildProcess;

  private constructor(name: string, port: number, tlsPort: number, child: ChildProcess) {
    this.name = name;
    this.port = port;
    this.tlsPort = tlsPort;
    this.#child = child;
  }

  /** Starts what `command` returns for two free ports. `first` is what a client must send first. */
  static async start(
    name: string,
    command: (port: number, tlsPort: number) => readonly string[],
    first?: string,
  ): Promise<ServerProcess> {
    const [port, tlsPort] = [await freePort(), await freePort()];
    const [program = "", ...options] = command(port, tlsPort);
    const child = spawn(program, options, { stdio: ["ignore", "ignore", "inherit"] });
    const failed = () =>
      child.exitCode === null ? undefined : `${name} ended with status ${child.exitCode}`;
    await answered(port, failed, first);
    return new ServerProcess(name, port, tlsPort, child);
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
