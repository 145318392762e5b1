import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Cost } from "./cost.ts";

const run = promisify(execFile);

/** Runs a contender's program in a Node process of its own; it prints its cost or its result. */
export async function program<T = Cost>(url: URL, ...args: readonly (string | number)[]): Promise<T> {
  const { stdout } = await run(process.execPath, [fileURLToPath(url), ...args.map(String)]);
  return JSON.parse(stdout);
}

/** Runs a foreign program; the shell reports its cost. */
export async function foreignProgram(count: number, command: readonly string[]): Promise<Cost> {
  const { stdout } = await run("bash", [
    "-c",
    'TIMEFORMAT="%3R %3U %3S"; { time "$@" >&2; } 2>&1',
    "time",
    ...command,
  ]);
  const [seconds = 0, user = 0, system = 0] = stdout.trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
  return { count, seconds, cpuSeconds: user + system };
}

/** Whether a program can be run by its name. */
export function isInstalled(name: string): Promise<boolean> {
  return succeeds("bash", "-c", 'command -v "$1"', "command", name);
}

/** Whether a program, run with these arguments, succeeds. */
export function succeeds(name: string, ...args: readonly string[]): Promise<boolean> {
  return run(name, args).then(
    () => true,
    () => false,
  );
}
