import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { filesBelow } from "../../.ci/files.js";
import { needsNode22 } from "../../.ci/node-22.js";
import { project, root, run } from "./project.js";

const compiled = join(root, ".build", "test");

/** Runs the tests that use only public names on the packed package; the others import single modules of src/. */
export const packedTests = [
  {
    name: "our own tests that need public names only",
    async run(tarball) {
      const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
      const fastCheck = `fast-check@${devDependencies["fast-check"]}`;
      const folder = await project("packed-tests", { type: "module" }, tarball, fastCheck);
      const files = filesBelow(compiled, ".test.js", ["interop", "package"]).filter(
        (file) => isPublic(file) && !needsNode22(file),
      );
      assert.ok(files.length > 20, `only ${files.length}`);
      cpSync(compiled, join(folder, "test"), { recursive: true });
      const tests = files.map((file) => join("test", relative(compiled, file)));
      // The package must behave as the sources do; that those are right is found out elsewhere, with more inputs.
      const few = { ENVOI_RUNS: "10", ENVOI_FUZZ: "1000" };
      const concurrency = `--test-concurrency=${availableParallelism()}`;
      await run(folder, process.execPath, ["--test", "--test-reporter=dot", concurrency, ...tests], few);
      return `${files.length} files`;
    },
  },
];

const known = new Map();

/**
 * Whether a file, and everything that it imports, imports only Node, envoi and fast-check, and reads no file of ours.
 */
function isPublic(file) {
  if (known.has(file)) return known.get(file);
  // Files that are copied, and imports in strings, do not count.
  if (!file.startsWith(compiled) || !existsSync(file)) return false;
  known.set(file, true);
  const text = readFileSync(file, "utf8");
  const names = [...text.matchAll(/(?:from |import\(|^import )"([^"]+)"/gm)].map(([, name]) => name);
  const answer =
    names.every((name) =>
      name.startsWith(".")
        ? isPublic(join(dirname(file), name))
        : /^(?:node:|envoi$|envoi\/|fast-check$)/.test(name),
    ) && !/process\.cwd\(\)|import\.meta|readFileSync|\bspawn|"(?:test|src|docs|\.build|dist)[/"]/.test(text);
  known.set(file, answer);
  return answer;
}
