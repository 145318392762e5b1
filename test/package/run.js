/**
 * Packs the package as it is published, and uses it from projects of every kind, one row each. It fails if a row fails.
 * `npm run test:package -- Deno` runs the rows with "Deno" in their name.
 *
 * Runs on any Node from 20.19 on. If a row needs another one, it comes from an npm package.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { bundlers } from "./bundlers.js";
import { catcher } from "./catcher.js";
import { catcherClients } from "./catcher-clients.js";
import { commandCheck } from "./command-check.js";
import { commandSend } from "./command-send.js";
import { contents } from "./contents.js";
import { frameworks } from "./frameworks.js";
import { guides } from "./guides.js";
import { load } from "./load.js";
import { outbox } from "./outbox.js";
import { packedTests } from "./packed-tests.js";
import { npm, root, work } from "./project.js";
import { runners } from "./runners.js";
import { runtimes } from "./runtimes.js";
import { typescript } from "./typescript.js";

const atOnce = 2;
const all = [
  ...[
    contents,
    load,
    runtimes,
    commandSend,
    commandCheck,
    runners,
    frameworks,
    guides,
    catcher,
    catcherClients,
    outbox,
  ].flat(),
  ...bundlers,
  ...packedTests,
  ...typescript,
];
const parts = process.argv.slice(2);
const rows = all.filter(({ name }) => parts.every((part) => name.includes(part)));
if (rows.length === 0) {
  console.error(`No row has ${parts.join(" and ")} in its name.`);
  process.exit(1);
}

const failures = [];
try {
  const [{ filename }] = JSON.parse(
    await npm(root, "pack", "--json", "--silent", "--pack-destination", work),
  );
  const tarball = join(work, filename);
  const waiting = [...rows];
  const worker = async () => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) await show(row, tarball);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
} finally {
  rmSync(work, { recursive: true, force: true });
}
for (const { name, error } of failures) console.log(`\n✖ ${name}\n${error.message}`);
console.log(`\n${rows.length - failures.length} of ${rows.length} rows passed`);
process.exit(failures.length === 0 ? 0 : 1);

async function show({ name, run }, tarball) {
  const start = Date.now();
  const tell = (mark, note) =>
    console.log(
      `${mark} ${name.padEnd(72)} ${((Date.now() - start) / 1000).toFixed(1).padStart(5)} s  ${note}`,
    );
  try {
    tell("✔", (await run(tarball)) ?? "");
  } catch (error) {
    failures.push({ name, error });
    tell("✖", "failed");
  }
}
