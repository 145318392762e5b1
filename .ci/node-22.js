/**
 * The Node for the tests of the outbox, which needs 22.12: the one that runs, if it is new enough, otherwise npm's
 * package of Node 22 for this platform, which is installed below .build once.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** The path of the program. */
export function node22() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return process.execPath;
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const folder = join(".build", "node-22");
  const program = join(
    folder,
    "node_modules",
    name,
    "bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
  if (!existsSync(program)) {
    console.log("Installing Node 22 for the tests of the outbox ...");
    const cli = process.env.npm_execpath;
    const args = ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", folder, `${name}@22`];
    const { status } =
      cli === undefined
        ? spawnSync("npm", args, { stdio: "inherit", shell: process.platform === "win32" })
        : spawnSync(process.execPath, [cli, ...args], { stdio: "inherit" });
    if (status !== 0)
      throw new Error(`expected npm to install ${name}@22: the tests of the outbox need Node 22.12`);
  }
  return program;
}

/** Whether a test needs it. */
export function needsNode22(file) {
  return /[\\/]outbox[\\/]/.test(file);
}
