import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { nodeOf } from "./binaries.js";
import { attempt, run } from "./project.js";
import { empty } from "./runtimes.js";

/** Uses the outbox from a project that has neither pg nor PGlite. */
export const outbox = [
  {
    name: "envoi/outbox, Node 20.19: loads, and Outbox.open says in one line what it needs",
    async run(tarball) {
      const folder = await empty(tarball);
      const old = await nodeOf("20.19");
      writeFileSync(join(folder, "old-node.cjs"), `(${opening})(() => require("envoi/outbox"));\n`);
      writeFileSync(join(folder, "old-node.mjs"), `await (${opening})(() => import("envoi/outbox"));\n`);
      for (const file of ["old-node.cjs", "old-node.mjs"])
        assert.match(await run(folder, old, [file]), /^bounce\+1-\S+@example\.com\n(?:.*22\.12.*\n){3}$/);
      const command = join("node_modules", "envoi", "dist", "esm", "cli.js");
      const status = [command, "outbox", "status", "--folder", "data"];
      const refused = await attempt(folder, old, status);
      assert.notEqual(refused.status, 0);
      assert.match(
        refused.output,
        /^envoi: envoi\/outbox: expected Node\.js 22\.12 or later, got 20\.19.*\n$/,
      );
      for (const words of [["--help"], ["outbox", "--help"]])
        assert.match(await run(folder, old, [command, ...words]), /^Usage: envoi/);
    },
  },
  {
    name: "envoi/outbox, Node 22, without pg and PGlite: says what to install",
    async run(tarball) {
      const folder = await empty(tarball);
      writeFileSync(
        join(folder, "without-peers.mjs"),
        `import { Outbox } from "envoi/outbox";
for (const database of ["postgres://localhost/shop", { folder: "data" }])
  await Outbox.open({ database }).catch((error) => console.log(error.message));\n`,
      );
      const [pg, pglite] = (await run(folder, await nodeOf("22"), ["without-peers.mjs"])).split("\n");
      assert.match(pg, /needs the package pg, which is not installed\. Run npm install pg$/);
      assert.match(
        pglite,
        /needs the package @electric-sql\/pglite, .*\. Run npm install @electric-sql\/pglite$/,
      );
    },
  },
];

/** Opens an outbox in ways that also have other mistakes: the Node is the first that one must change. */
async function opening(load) {
  const { BounceAddress, Outbox } = await load();
  const secret = "sixteen bytes or more";
  console.log(String(BounceAddress.create({ domain: "example.com", secret }).for(1)));
  for (const database of [{ folder: "data" }, "postgres://localhost/shop", 7])
    await Outbox.open({ database }).catch((error) => {
      if (
        !error.message.startsWith(
          `envoi/outbox: expected Node.js 22.12 or later, got ${process.versions.node}`,
        )
      )
        throw error;
      console.log(error.message);
    });
}
