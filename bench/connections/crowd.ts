import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** Slow clients, in a process of their own; see loris.ts. */
export class Crowd implements Disposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when all are connected. */
  static async gather(port: number, count: number): Promise<Crowd> {
    const script = fileURLToPath(new URL("./loris.js", import.meta.url));
    const child = spawn(process.execPath, [script, String(port), String(count)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    return new Crowd(child);
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}
