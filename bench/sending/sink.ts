import { type ChildProcess, spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

/** Postfix's smtp-sink on a free port of this machine: takes every mail and throws it away. */
export class Sink implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
  }

  static async start(): Promise<Sink> {
    const port = await freePort();
    // As root it wants to be told whom to become.
    const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
    const child = spawn("smtp-sink", [...user, "-m", "200", `127.0.0.1:${port}`, "1000"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`smtp-sink ended with status ${child.exitCode}`);
      await sleep(10);
    }
    return new Sink(port, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill();
    await ended;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => resolve(false));
    socket.on("data", () => {
      resolve(true);
      socket.destroy();
    });
  });
}
