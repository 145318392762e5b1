/**
 * The checks that read sources without running them: Biome's rules and formatting, imports, docstrings,
 * the size of files and the width of prose.
 * All checks run, so one call shows every problem. `--write` first fixes what it can: formatting, and prose that is too
 * wide.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import process from "node:process";
import { wrongDocstrings } from "./docstrings.js";
import { filesBelow } from "./files.js";
import { wrongImports } from "./imports.js";
import "./prepare.js";
import { wideComments, wideMarkdown, widest } from "./prose.js";
import { reflowComments, reflowMarkdown } from "./reflow.js";
import { largeFiles } from "./size.js";

// Its parser is a package that ./prepare.js may just have installed.
const { readSource } = await import("./source.js");

const write = process.argv.includes("--write");
const files = ["src", "test", "bench", "docs", ".ci"]
  .flatMap((folder) => [".ts", ".tsx", ".js"].flatMap((ending) => filesBelow(folder, ending)))
  .map((path) => path.replaceAll(sep, "/"));
const documents = [...readdirSync(".").filter((name) => name.endsWith(".md")), ...filesBelow("docs", ".md")];
if (write) {
  for (const path of files) {
    rewrite(path, (text) => reflowComments(text, (source) => readSource(path, source).comments));
  }
  for (const path of documents) rewrite(path, reflowMarkdown);
}

const biome = join("node_modules", "@biomejs", "biome", "bin", "biome");
const { status } = spawnSync(
  process.execPath,
  [biome, "check", "--error-on-warnings", ...(write ? ["--write"] : []), "."],
  { stdio: "inherit" },
);

const texts = new Map([...files, ...documents].map((path) => [path, readFileSync(path, "utf8")]));
const sources = new Map(files.map((path) => [path, readSource(path, texts.get(path))]));
const wrong = [
  ...wrongImports(".", sources),
  ...wrongDocstrings(sources),
  ...largeFiles(sources),
  ...[...texts].flatMap(([path, text]) => wideProse(path, text)),
];
if (wrong.length > 0) console.error(wrong.join("\n"));
else console.log(`Checked imports, docstrings, size and prose of ${texts.size} files.`);
if (status !== 0 || wrong.length > 0) process.exitCode = 1;

function wideProse(path, text) {
  const wide = sources.has(path) ? wideComments(text, sources.get(path).comments) : wideMarkdown(text);
  return wide.map(
    ({ line, width }) => `${path}:${line}: ${width} columns of prose, expected at most ${widest}`,
  );
}

function rewrite(path, change) {
  const before = readFileSync(path, "utf8");
  const after = change(before);
  if (after !== before) writeFileSync(path, after);
}
