import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Ran } from "../run.ts";

const command = fileURLToPath(new URL("../../../src/cli/index.js", import.meta.url));

/**
 * Starts `envoi send` as a process of its own. `done` resolves when it has ended, however it ended.
 *
 * @param standardOutput a descriptor to which it writes instead of `output`
 */
export function sendProcess(
  args: readonly string[],
  standardOutput: "pipe" | number = "pipe",
): {
  readonly child: ChildProcess;
  readonly done: Promise<Ran & { readonly signal: NodeJS.Signals | null }>;
} {
  const child = spawn(process.execPath, [command, "send", ...args], {
    stdio: ["ignore", standardOutput, "pipe"],
  });
  const [output, errors]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => errors.push(chunk));
  const done = new Promise<Ran & { signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const [out, err] = [output, errors].map((chunks) => Buffer.concat(chunks).toString()) as [
        string,
        string,
      ];
      resolve({ status: code ?? -1, signal, output: out, errors: err });
    });
  });
  return { child, done };
}
