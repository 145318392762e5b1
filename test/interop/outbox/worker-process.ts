import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** What a worker process is told. */
export interface WorkerOrders {
  readonly database: string;
  readonly smtpPort: number;
  /** `localhost` by default. */
  readonly smtpHost?: string;
  readonly schema?: string;
  readonly concurrency?: number;
  /** Milliseconds. */
  readonly lease?: number;
  readonly retryFirst?: number;
  readonly rates?: object;
  readonly notify?: boolean;
  /** Milliseconds by which the clock of the process is ahead. */
  readonly clock?: number;
  /** Milliseconds at most by which a mail is held between the marking and the transport. */
  readonly jitter?: number;
}

/** A worker of an outbox in a process of its own, so that it can be killed. */
export class WorkerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;

  /** @param on the words before its command, if it runs on a machine of its own */
  static async start(orders: WorkerOrders, on: readonly string[] = []): Promise<WorkerProcess> {
    const program = fileURLToPath(new URL("worker-program.js", import.meta.url));
    const [command = "", ...args] = [...on, process.execPath, program, JSON.stringify(orders)];
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ready = once(child.stdout as NodeJS.ReadableStream, "data");
    const gone = once(child, "exit").then(() =>
      Promise.reject(new Error("the worker ended before it worked")),
    );
    await Promise.race([ready, gone]);
    return new WorkerProcess(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Sends a signal. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it at once, in whatever it does. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  /** Asks it to end, and resolves with the signal that ended it. */
  async terminate(): Promise<NodeJS.Signals | null> {
    if (this.#child.exitCode !== null) throw new Error("the worker ended by itself");
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const [, signal] = await ended;
    return signal as NodeJS.Signals | null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
