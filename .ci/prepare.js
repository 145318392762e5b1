/**
 * Prepares a checkout: installs the packages of the lock file if they are missing, and builds.
 * It uses only Node and npm, because it runs before anything is installed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { entryPoints } from "./entry-points.js";
import { filesBelow } from "./files.js";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

if (!isInstalled()) {
  if (lstatSync("node_modules", { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    // npm ci empties the folder first, and other processes may be using it.
    console.error(
      "node_modules is a link and does not hold what package-lock.json names: install where it points.",
    );
    process.exit(1);
  }
  console.log("Installing what package-lock.json names ...");
  npm("ci", "--include=dev", "--no-audit", "--no-fund");
}
prune(join(".build", "types"), "src");
for (const folder of ["src", "test", "bench", "docs"]) prune(join(".build", folder), folder);
run(process.execPath, [join("node_modules", "typescript", "bin", "tsc"), "-b", "test"]);
nameTheBuild();
const { buildPage, builtPage } = await import("./page.js");
await buildPage();
if (bundleIsOld()) {
  const { bundle } = await import("./bundle.js");
  await bundle();
}

/** The build is a package of the same name, so tests import the modules that they cover, not the bundles of dist/. */
function nameTheBuild() {
  const exports = Object.fromEntries(
    Object.entries(entryPoints).map(([path, module]) => [path, `./src/${module}.js`]),
  );
  const manifest = { name: "envoi", type: "module", exports, imports: { "#src/*": "./src/*" } };
  writeIfOther(join(".build", "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Whether node_modules matches the lock file; npm writes the installed versions into its own lock file. */
function isInstalled() {
  const record = join("node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const found = installed[path];
    // Packages for other platforms are optional and missing here.
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** Whether a source of the bundles has changed since they were made. */
function bundleIsOld() {
  // bundle() writes this file last.
  const made = join("dist", "types-cjs", "package.json");
  if (!existsSync(made)) return true;
  const { mtimeMs } = statSync(made);
  const sources = ["package-lock.json", builtPage, ...filesBelow(".ci", ".js"), ...filesBelow("src", ".ts")];
  return sources.some((path) => statSync(path).mtimeMs > mtimeMs);
}

function writeIfOther(path, text) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}

/** Removes the output of deleted sources: a deleted test must not run, and a deleted module must not be found. */
function prune(output, source) {
  if (!existsSync(output)) return;
  for (const entry of readdirSync(output, { withFileTypes: true })) {
    const path = join(output, entry.name);
    if (entry.isDirectory()) {
      const folder = join(source, entry.name);
      if (existsSync(folder)) prune(path, folder);
      else rmSync(path, { recursive: true });
    } else {
      const compiled = /^(.+?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(entry.name);
      if (compiled === null) continue;
      // A module with types of its own is made by another step of the build.
      const made = [".ts", ".tsx", ".d.ts"].map((ending) => join(source, `${compiled[1]}${ending}`));
      if (!made.some(existsSync)) rmSync(path);
    }
  }
}

/** Runs npm: the one that runs this script, if there is one. */
function npm(...args) {
  const cli = process.env.npm_execpath;
  if (cli === undefined) run("npm", args, { shell: process.platform === "win32" });
  else run(process.execPath, [cli, ...args]);
}

function run(command, args, options) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", ...options });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
