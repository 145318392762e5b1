import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** The checkout. */
export const root = process.cwd();
/** The folder of the projects, outside the checkout, so that none finds its packages. */
export const work = mkdtempSync(join(tmpdir(), "envoi-package-"));

/** Makes an empty project with these packages, which may be tarballs, and returns its path. */
export async function project(name, fields, ...packages) {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  describe(folder, fields);
  if (packages.length > 0) await npm(folder, "install", ...quiet, ...packages);
  return folder;
}

const quiet = ["--no-save", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];

/** Writes the package.json of a project. */
export function describe(folder, fields) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, ...fields }));
}

/** Runs npm (the one that runs this script, if there is one) and returns its output. */
export function npm(folder, ...args) {
  const cli = process.env.npm_execpath;
  return cli === undefined ? run(folder, "npm", args) : run(folder, process.execPath, [cli, ...args]);
}

/** Runs a command and returns its output. @throws Error if it fails, or takes longer than five minutes. */
export async function run(folder, command, args, environment = {}) {
  const { status, output } = await attempt(folder, command, args, environment);
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")} ended with ${status}:\n${output}`);
  return output;
}

/** Runs a command that may fail. */
export function attempt(folder, command, args, environment = {}) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_OPTIONS: "", NODE_V8_COVERAGE: "", ...environment };
    const child = spawn(command, args, { cwd: folder, env, timeout: 300_000 });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (piece) => {
        output += piece;
      });
    }
    child.once("error", reject);
    child.once("close", (status, signal) => resolve({ status: status ?? signal, output }));
  });
}
