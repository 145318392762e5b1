/**
 * Runs the benchmarks one after another: all files at the top of bench/, or the named ones: `npm run bench -- client`.
 *
 * Each gets the options: `--write` puts the tables into docs/performance.md, `--smoke` only shows that it runs.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import "./prepare.js";

const folder = join(".build", "bench");
const there = readdirSync(folder).flatMap((name) => (name.endsWith(".js") ? [name.slice(0, -3)] : []));
const given = process.argv.slice(2);
const options = given.filter((argument) => argument.startsWith("--"));
const wanted = given.filter((argument) => !argument.startsWith("--"));
const unknown = wanted.filter((name) => !there.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}; there are ${there.join(", ")}.`);
  process.exit(1);
}
for (const name of wanted.length > 0 ? wanted : there) {
  const { status } = spawnSync(
    process.execPath,
    ["--enable-source-maps", join(folder, `${name}.js`), ...options],
    { stdio: "inherit" },
  );
  if (status !== 0) process.exit(status ?? 1);
}
