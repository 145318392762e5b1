/**
 * The checks that read sources without running them: Biome's rules and formatting, imports, docstrings.
 * All of them run, so that one call shows everything there is to mend. With `--write` Biome mends what it can first.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, sep } from "node:path";
import process from "node:process";
import { wrongDocstrings } from "./docstrings.js";
import { filesBelow } from "./files.js";
import { wrongImports } from "./imports.js";
import "./prepare.js";

// Its parser is a package, which ./prepare.js may just have installed.
const { readSource } = await import("./source.js");

const biome = join("node_modules", "@biomejs", "biome", "bin", "biome");
const { status } = spawnSync(
  process.execPath,
  [biome, "check", "--error-on-warnings", ...process.argv.slice(2), "."],
  { stdio: "inherit" },
);

const sources = new Map(
  ["src", "test", "bench", "docs"]
    .flatMap((folder) => filesBelow(folder, ".ts", ["node_modules"]))
    .map((path) => [path.replaceAll(sep, "/"), readSource(path, readFileSync(path, "utf8"))]),
);
const wrong = [...wrongImports(".", sources), ...wrongDocstrings()];
if (wrong.length > 0) console.error(wrong.join("\n"));
else
  console.log(`The imports of ${sources.size} files are as the tables say; what is exported is documented.`);
if (status !== 0 || wrong.length > 0) process.exitCode = 1;
