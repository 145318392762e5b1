/**
 * Builds the page of the catcher with Vite: the sources are in src/catcher/page/. The result is one module of strings,
 * which tests find in .build/, and the bundles in dist/ contain.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesBelow } from "./files.js";

const sources = join("src", "catcher", "page");

/** The module that is made. src/catcher/built-page.d.ts has its types. */
export const builtPage = join(".build", "src", "catcher", "built-page.js");

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Makes the module, unless no source has changed since it was made. */
export async function buildPage() {
  if (!isOld()) return;
  // Loading Vite takes longer than most builds.
  const { build } = await import("vite");
  const { output } = await build({
    root: sources,
    configFile: false,
    // Relative addresses work behind a proxy that adds a prefix.
    base: "./",
    logLevel: "warn",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      write: false,
      target: "es2023",
      modulePreload: false,
      assetsInlineLimit: 0,
      rolldownOptions: {
        output: {
          // Everything is loaded at once: one file is fewer round trips.
          codeSplitting: false,
          entryFileNames: "page.js",
          assetFileNames: ({ names: [name] }) =>
            name.endsWith(".css") ? "page.css" : name.replace(/^.*\//, ""),
        },
      },
    },
  });
  const files = Object.fromEntries(output.map((file) => [`/${file.fileName}`, entry(file)]).sort());
  mkdirSync(dirname(builtPage), { recursive: true });
  writeFileSync(builtPage, `export const files = ${JSON.stringify(files, undefined, 1)};\n`);
}

function entry({ fileName, code, source }) {
  const ending = Object.keys(types).find((each) => fileName.endsWith(each));
  if (ending === undefined) throw new Error(`.ci/page.js does not know the type of ${fileName}`);
  const text = code ?? (typeof source === "string" ? source : Buffer.from(source).toString("utf8"));
  return { type: types[ending], text };
}

function isOld() {
  if (!existsSync(builtPage)) return true;
  const { mtimeMs } = statSync(builtPage);
  const all = ["package-lock.json", join(".ci", "page.js"), ...filesBelow(sources, "")];
  return all.some((path) => statSync(path).mtimeMs > mtimeMs);
}

/** Lists what the page contains of other packages, for the licences. */
export const inPage = Object.keys(JSON.parse(readFileSync("package.json", "utf8")).devDependencies).filter(
  (name) => name === "preact" || name.startsWith("@preact/"),
);
