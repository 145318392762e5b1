import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { sends, writeConsumer } from "./consumer.js";
import { project, root, run, work } from "./project.js";

const packages = [
  ...["esbuild@0.28.2", "rollup@4", "webpack@5", "rolldown@1.3.3"],
  ...["@rollup/plugin-node-resolve@16", "@rollup/plugin-commonjs@28", "@rollup/plugin-json@6"],
];

/**
 * Makes bundles without a warning, and runs them in an empty folder. They contain both client and TestServer.
 */
export const bundlers = ["esbuild", "rollup", "webpack", "rolldown"].flatMap((bundler) =>
  ["esm", "cjs"].map((format) => ({
    name: `${bundler}, ${format === "esm" ? "ES modules" : "CommonJS"}`,
    async run(tarball) {
      const folder = await shared(tarball);
      const out = join(work, "bundles", `${bundler}-${format}`);
      mkdirSync(out, { recursive: true });
      const output = await run(folder, process.execPath, ["bundle.mjs", bundler, format, out]);
      assert.equal(output.trim(), "", "the bundler has nothing to say");
      assert.ok(!readdirSync(out).includes("node_modules"));
      await sends(out, process.execPath, [format === "esm" ? "bundle.mjs" : "bundle.cjs"]);
      rmSync(out, { recursive: true });
    },
  })),
);

let folder;
/** Makes one project for all bundlers. */
export function shared(tarball) {
  folder ??= project("bundlers", { type: "module" }, tarball, ...packages).then((made) => {
    writeConsumer(made, "esm");
    copyFileSync(join(root, "test", "package", "bundle.js"), join(made, "bundle.mjs"));
    writeFileSync(join(made, "address.mjs"), 'export { Address } from "envoi";\n');
    writeFileSync(join(made, "message.mjs"), 'export { Message } from "envoi";\n');
    return made;
  });
  return folder;
}
