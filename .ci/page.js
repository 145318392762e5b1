/**
 * Builds the page of the catcher: the sources are in src/catcher/page/. The result is one module of strings, which
 * tests find in .build/, and the bundles in dist/ contain.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesBelow } from "./files.js";

const sources = join("src", "catcher", "page");

/** The module that is made. src/catcher/built-page.d.ts has its types. */
export const builtPage = join(".build", "src", "catcher", "built-page.js");

/** What the page contains of other packages. */
export const inPage = ["preact", "@preact/signals", "@preact/signals-core"];

/** Makes the module, unless no source has changed since it was made. */
export async function buildPage() {
  if (!isOld()) return;
  const files = {
    "/index.html": { type: "text/html; charset=utf-8", text: read("index.html") },
    "/page.js": { type: "text/javascript; charset=utf-8", text: await script() },
    "/page.css": { type: "text/css; charset=utf-8", text: styles() },
    "/icon.svg": { type: "image/svg+xml", text: read("icon.svg") },
  };
  mkdirSync(dirname(builtPage), { recursive: true });
  writeFileSync(builtPage, `export const files = ${JSON.stringify(files, undefined, 1)};\n`);
}

async function script() {
  // Loading it takes longer than finding out that nothing has changed.
  const { rolldown } = await import("rolldown");
  const build = await rolldown({
    input: join(sources, "main.tsx"),
    platform: "browser",
    transform: { target: "es2023" },
    onLog: (level, log) => {
      throw new Error(`${level}: ${log.message}`);
    },
  });
  // Everything is needed at once, and one file is fewer round trips.
  const { output } = await build.generate({ format: "esm", codeSplitting: false, minify: true });
  await build.close();
  return output[0].code;
}

/** All styles in one file. Their order is that of their names, so a rule must not depend on it. */
function styles() {
  return filesBelow(join(sources, "style"), ".css")
    .map((path) => readFileSync(path, "utf8"))
    .join("\n")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s*\n\s*/g, "\n");
}

function read(name) {
  return readFileSync(join(sources, name), "utf8");
}

function isOld() {
  if (!existsSync(builtPage)) return true;
  const { mtimeMs } = statSync(builtPage);
  const all = ["package-lock.json", join(".ci", "page.js"), ...filesBelow(sources, "")];
  return all.some((path) => statSync(path).mtimeMs > mtimeMs);
}
