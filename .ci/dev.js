/**
 * Builds and runs tests when a source changes: `npm run dev -- mime` runs the files with "mime" in their path. Without
 * a name it runs the tests of the changed source.
 */
import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { basename } from "node:path";
import process from "node:process";

const given = process.argv.slice(2);
const pause = 100;
let changed = new Set();
let running = false;
let timer;

for (const folder of ["src", "test", "docs"]) {
  watch(folder, { recursive: true }, (_, name) => {
    if (name !== null && /\.(?:tsx?|css|md)$/.test(name)) wake(name);
  });
}
console.log("Watching src, test and docs; Ctrl+C ends it.");
if (given.length > 0) wake(given[0]);

function wake(name) {
  changed.add(name);
  clearTimeout(timer);
  timer = setTimeout(turn, pause);
}

async function turn() {
  if (running) return;
  running = true;
  while (changed.size > 0) {
    const names = [...changed].map((name) => basename(name).replace(/(?:\.test)?\.\w+$/, ""));
    changed = new Set();
    if ((await run(".ci/prepare.js")) !== 0) continue;
    const parts = given.length > 0 ? [given] : names.map((name) => [`/${name}.test`]);
    for (const part of parts) await run(".ci/test.js", "--test-reporter=dot", ...part);
    console.log(new Date().toLocaleTimeString());
  }
  running = false;
}

function run(...args) {
  return new Promise((resolve) => {
    spawn(process.execPath, args, { stdio: "inherit" }).on("close", resolve);
  });
}
