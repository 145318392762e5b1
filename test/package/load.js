import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { filesBelow } from "../../.ci/files.js";
import { nodeOf } from "./binaries.js";
import { shared } from "./bundlers.js";
import { attempt, run, work } from "./project.js";
import { empty } from "./runtimes.js";

/** Checks what is loaded, what remains in a bundle, and the errors for users for whom it does not load. */
export const load = [
  ...["import", "require"].map((way) => ({
    name: `"envoi" by ${way} loads no server, verification, node-forge, iconv-lite or postal-mime`,
    async run(tarball) {
      const line = way === "import" ? 'import "envoi";' : 'require("envoi");';
      const file = way === "import" ? "loads.mjs" : "loads.cjs";
      const loaded = await filesLoadedBy(await empty(tarball), file, line);
      assert.ok(loaded.some((path) => /\/envoi\/dist\/(esm|cjs)\/index\./.test(path)));
      const much =
        /\/envoi\/dist\/\w+\/(shared\/)?(server|testing|verify|x509|iconv-table)\.|\/node_modules\/(node-forge|iconv-lite|postal-mime|sax|socks)\//;
      assert.deepEqual(
        loaded.filter((path) => much.test(path)),
        [],
      );
      return `${loaded.length} files`;
    },
  })),
  shaken("address", 5_000),
  shaken("message", 37_000),
  {
    name: "a subpath that does not exist",
    async run(tarball) {
      const folder = await empty(tarball);
      writeFileSync(join(folder, "subpath.mjs"), 'import "envoi/transport";\n');
      const { output, status } = await attempt(folder, process.execPath, ["subpath.mjs"]);
      assert.notEqual(status, 0);
      assert.match(output, /Package subpath '.\/transport' is not defined by "exports"/);
    },
  },
  ...["import", "require"].map((way) => ({
    name: `Node 18, ${way}: one line that says what to do`,
    async run(tarball) {
      const folder = await empty(tarball);
      const old = await nodeOf("18");
      const code =
        way === "import"
          ? 'import("envoi").catch((error) => console.log(error.message))'
          : 'try { require("envoi"); } catch (error) { console.log(error.message); }';
      const output = await run(folder, old, ["-e", code]);
      assert.match(output.trim(), /^envoi: expected Node\.js 20\.19 or later, got 18\.\S+: install a newer/);
    },
  })),
];

function shaken(name, limit) {
  return {
    name: `tree shaking: { ${name === "address" ? "Address" : "Message"} } at most ${limit} bytes, gzipped`,
    async run(tarball) {
      const folder = await shared(tarball);
      const esbuild = join("node_modules", "esbuild", "bin", "esbuild");
      const out = `${name}.bundle.mjs`;
      const words = ["--bundle", "--minify", "--platform=node", "--format=esm", "--log-level=warning"];
      await run(folder, join(folder, esbuild), [`${name}.mjs`, ...words, `--outfile=${out}`]);
      const { length } = gzipSync(readFileSync(join(folder, out)), { level: 9 });
      assert.ok(length <= limit, `${length} bytes`);
      return `${length} bytes`;
    },
  };
}

/** Every file that Node loads for a line of code: its own coverage lists them, ES modules and CommonJS alike. */
async function filesLoadedBy(folder, file, line) {
  const coverage = mkdtempSync(join(work, "coverage-"));
  writeFileSync(join(folder, file), `${line}\n`);
  await run(folder, process.execPath, [file], { NODE_V8_COVERAGE: coverage });
  return filesBelow(coverage, ".json")
    .flatMap((path) => JSON.parse(readFileSync(path, "utf8")).result.map(({ url }) => url))
    .filter((url) => url.includes("/node_modules/"));
}
