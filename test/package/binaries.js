import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { project } from "./project.js";

const platform = `${process.platform}-${process.arch}`;
const installed = new Map();

/** The program of a line of Node, such as "20.19" or "22", from an npm package. */
export function nodeOf(line) {
  if (process.versions.node.startsWith(`${line}.`)) return process.execPath;
  return once(`node-${platform}@${line}`, join("node_modules", `node-${platform}`, "bin", "node"));
}

/** The programs of other runtimes, with the arguments before the file to run. */
export const others = {
  Bun: async () => [
    await once(`@oven/bun-${platform}@1.4`, join("node_modules", "@oven", `bun-${platform}`, "bin", "bun")),
  ],
  Deno: async () => {
    const name = `@deno/${platform}${process.platform === "linux" ? "-glibc" : ""}`;
    return [await once(`${name}@2.9`, join("node_modules", name, "deno")), "run", "-A"];
  },
};

/** Installs a package once for all rows, and returns the path of its program. */
function once(name, path) {
  const known = installed.get(name);
  if (known !== undefined) return known;
  const found = project(join("binaries", name.replaceAll("/", "+")), {}, name).then((folder) => {
    const program = join(folder, path);
    if (!existsSync(program)) throw new Error(`${name} has no ${path}`);
    return program;
  });
  installed.set(name, found);
  return found;
}
