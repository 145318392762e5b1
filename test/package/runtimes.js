import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeOf, others } from "./binaries.js";
import { sends, writeConsumer } from "./consumer.js";
import { project, run } from "./project.js";

const lines = ["20.19", "22", "24", "26"];

/** Loads envoi in every line of Node, Bun and Deno: by import, by require, and by both in one process. */
export const runtimes = [
  ...lines.map((line) => ({ name: `Node ${line}`, program: async () => [await nodeOf(line)] })),
  ...Object.entries(others).map(([name, program]) => ({ name, program })),
].flatMap(({ name, program }) => [
  row(`${name}, import`, program, "esm"),
  row(`${name}, require`, program, "cjs"),
  {
    name: `${name}, both in one process`,
    async run(tarball) {
      const folder = await empty(tarball);
      writeFileSync(join(folder, "both.cjs"), both);
      const [command, ...words] = await program();
      assert.equal((await run(folder, command, [...words, "both.cjs"])).trim(), "one copy");
    },
  },
]);

function row(name, program, format) {
  return {
    name,
    async run(tarball) {
      const folder = await empty(tarball);
      const file = writeConsumer(folder, format);
      const [command, ...words] = await program();
      await sends(folder, command, [...words, file]);
    },
  };
}

let shared;
/** Makes one project for all runtimes: nothing in it depends on the runtime. */
export function empty(tarball) {
  shared ??= project("runtimes", {}, tarball);
  return shared;
}

/** Checks that every name has the same value by require() and by import, with require() first. */
const both = `
const entries = ["server", "testing", "verify", "feedback", "catcher", "outbox"];
const names = ["envoi", ...entries.map((entry) => "envoi/" + entry)];
const required = names.map((name) => require(name));
Promise.all(names.map((name) => import(name))).then((imported) => {
  for (const [index, one] of imported.entries()) {
    const other = required[index];
    const twice = Object.keys(one).filter((key) => one[key] !== other[key]);
    if (Object.keys(one).length === 0 || twice.length > 0) throw new Error("two copies of " + twice.join());
  }
  console.log("one copy");
});
`;
