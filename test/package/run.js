/**
 * Packs the package as it would be published and uses it from empty projects: JavaScript by import and by require,
 * TypeScript 7 and 5.9 with each module resolution, and as a bundle. Says what it does, and fails at the first fault.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { filesBelow } from "../../.ci/files.js";

const root = process.cwd();
const { dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
const work = mkdtempSync(join(tmpdir(), "envoi-package-"));
const entryPoints = ["envoi", "envoi/server", "envoi/testing"];

try {
  const tarball = pack();
  javascript(tarball);
  typescript("TypeScript 7", tarball, devDependencies.typescript, {
    "nodenext, ES module": { type: "module", module: "nodenext" },
    "nodenext, CommonJS": { type: "commonjs", module: "nodenext" },
    bundler: { type: "module", module: "esnext", moduleResolution: "bundler" },
  });
  typescript("TypeScript 5.9", tarball, "5.9.3", {
    "nodenext, ES module": { type: "module", module: "nodenext" },
    "nodenext, CommonJS": { type: "commonjs", module: "nodenext" },
    bundler: { type: "module", module: "esnext", moduleResolution: "bundler" },
    "commonjs, old resolution": { type: "commonjs", module: "commonjs", moduleResolution: "node10" },
  });
  bundle(tarball);
  examples(tarball);
} finally {
  rmSync(work, { recursive: true });
}

/** Packs, and looks at what is in the tarball. */
function pack() {
  const [{ filename, files }] = JSON.parse(npm(root, "pack", "--json", "--pack-destination", work));
  const paths = files.map(({ path }) => path);
  assert.deepEqual(
    paths.filter((path) => path.includes("tsbuildinfo") || /^(test|docs|bench|\.)/.test(path)),
    [],
  );
  for (const path of [
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "dist/index.js",
    "dist/index.d.ts",
    "src/index.ts",
  ]) {
    assert.ok(paths.includes(path), `${path} is not in the package`);
  }
  for (const path of paths) {
    const text = readFileSync(path, "utf8");
    assert.ok(!text.includes(root), `${path} names a folder of this machine`);
  }
  const declarations = paths.filter((path) => path.startsWith("dist/") && path.endsWith(".d.ts"));
  for (const path of declarations) {
    const text = readFileSync(path, "utf8");
    for (const name of Object.keys(dependencies)) {
      assert.ok(!text.includes(`"${name}"`), `${path} declares types of ${name}`);
    }
  }
  tell(`packed: ${paths.length} files, ${declarations.length} declarations without a type of a dependency`);
  return join(work, filename);
}

/** By import and by require; what is loaded; what is installed. */
function javascript(tarball) {
  const folder = project("javascript", { type: "module" }, tarball);
  copyFileSync(join(root, ".build", "test", "package", "consumer.js"), join(folder, "consumer.js"));
  sends(folder, "consumer.js", "JavaScript, import");

  // A top-level await anywhere in them would make require() throw.
  const required = entryPoints.map((name) => `Object.keys(require("${name}")).length > 0`).join(" && ");
  writeFileSync(join(folder, "loads.cjs"), `if (!(${required})) throw new Error("nothing exported");\n`);
  run(folder, process.execPath, "loads.cjs");
  const compiled = join(folder, "commonjs");
  mkdirSync(compiled);
  const source = readFileSync(join(folder, "consumer.js"), "utf8");
  const asCommonJs = source.replace(/^import (\{[^}]*\}) from ("[^"]+");$/gm, "const $1 = require($2);");
  assert.ok(!/^import /m.test(asCommonJs));
  writeFileSync(join(folder, "consumer.cjs"), asCommonJs);
  sends(folder, "consumer.cjs", "JavaScript, require");

  const loaded = filesLoadedBy(folder, 'import "envoi"');
  assert.ok(loaded.some((path) => path.endsWith("/envoi/dist/index.js")));
  const tooMuch =
    /\/envoi\/dist\/(server|testing|net\/server|protocol\/server)\/|\/node_modules\/(node-forge|iconv-lite|postal-mime)\//;
  assert.deepEqual(
    loaded.filter((path) => tooMuch.test(path)),
    [],
    'import "envoi" loads what it does not need',
  );
  tell(
    `import "envoi" loads ${loaded.length} files, and neither server nor node-forge, iconv-lite, postal-mime`,
  );

  const installed = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
  assert.ok(!installed.includes("nodemailer"), "nodemailer is installed with envoi");
  assert.ok(!npm(root, "ls", "--omit=dev", "--all", "--parseable").includes("nodemailer"));
  tell(`installed with it: ${installed.filter((name) => name !== "envoi").join(", ")}`);
}

function typescript(title, tarball, version, configurations) {
  const packages = [`typescript@${version}`, `@types/node@${devDependencies["@types/node"]}`];
  const folder = project(title, {}, tarball, ...packages);
  copyFileSync(join(root, "test", "package", "consumer.ts"), join(folder, "consumer.ts"));
  for (const [name, { type, ...options }] of Object.entries(configurations)) {
    writePackage(folder, { type });
    const compilerOptions = {
      ...{
        target: "es2022",
        lib: ["es2023", "esnext.disposable"],
        types: ["node"],
        outDir: "out",
        strict: true,
      },
      ...{ skipLibCheck: false, esModuleInterop: true, exactOptionalPropertyTypes: true, ...options },
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
    run(folder, process.execPath, join("node_modules", "typescript", "bin", "tsc"));
    sends(folder, join("out", "consumer.js"), `${title}, ${name}`);
  }
}

/** One file, run where there is nothing else. */
function bundle(tarball) {
  const folder = project("bundle", { type: "module" }, tarball, "esbuild@0.28.2");
  const empty = join(work, "empty");
  mkdirSync(empty);
  copyFileSync(join(root, "test", "package", "consumer.ts"), join(folder, "consumer.ts"));
  const esbuild = join(folder, "node_modules", "esbuild", "bin", "esbuild");
  const options = ["--bundle", "--platform=node", "--target=node20", "--log-level=warning"];
  run(folder, esbuild, "consumer.ts", ...options, "--format=cjs", `--outfile=${join(empty, "bundle.cjs")}`);
  sends(empty, "bundle.cjs", "esbuild, CommonJS bundle");
  // The usual banner: CommonJS dependencies in a bundle of ES modules require Node's modules.
  const banner =
    'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  const out = `--outfile=${join(empty, "bundle.mjs")}`;
  run(folder, esbuild, "consumer.ts", ...options, "--format=esm", `--banner:js=${banner}`, out);
  rmSync(join(empty, "bundle.cjs"));
  sends(empty, "bundle.mjs", "esbuild, bundle of ES modules");
}

/** The test suites of docs/testing.md, with node:test, vitest and both ways of jest. */
function examples(tarball) {
  const source = join(root, "docs", "examples");
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const packages = Object.entries(manifest.devDependencies).map(([name, range]) => `${name}@${range}`);
  const { type, scripts } = manifest;
  const folder = project("examples", { type, scripts }, tarball, ...packages);
  for (const name of readdirSync(source)) {
    if (name !== "package.json" && /\.(js|json|ts)$/.test(name))
      copyFileSync(join(source, name), join(folder, name));
  }
  for (const name of Object.keys(scripts).filter((script) => script.includes(":"))) {
    npm(folder, "run", name);
    tell(`docs/examples, ${name}: passed`);
  }
}

function project(name, fields, tarball, ...packages) {
  const folder = join(work, name.replaceAll(" ", "-"));
  mkdirSync(folder);
  writePackage(folder, fields);
  npm(folder, "install", "--no-audit", "--no-fund", "--no-save", tarball, ...packages);
  return folder;
}

function writePackage(folder, fields) {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, ...fields }));
}

function sends(folder, file, title) {
  assert.equal(run(folder, process.execPath, file).trim(), "sent and caught");
  tell(`${title}: sent and caught`);
}

/** Every file that Node loads for a line of code: its own coverage lists them, ES modules and CommonJS alike. */
function filesLoadedBy(folder, code) {
  const coverage = mkdtempSync(join(work, "coverage-"));
  writeFileSync(join(folder, "line.mjs"), `${code};\n`);
  run(folder, process.execPath, { env: { ...process.env, NODE_V8_COVERAGE: coverage } }, "line.mjs");
  return filesBelow(coverage, ".json")
    .flatMap((file) => JSON.parse(readFileSync(file, "utf8")).result.map(({ url }) => url))
    .filter((url) => url.includes("/node_modules/"));
}

function npm(folder, ...args) {
  const cli = process.env.npm_execpath;
  return cli === undefined ? run(folder, "npm", ...args) : run(folder, process.execPath, cli, ...args);
}

/** Runs a command and returns what it prints; an object among the arguments is options. */
function run(folder, command, ...args) {
  const options = args.find((argument) => typeof argument === "object") ?? {};
  const words = args.filter((argument) => typeof argument === "string");
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    cwd: folder,
    encoding: "utf8",
    timeout: 300_000,
    ...options,
  });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`${[command, ...words].join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

function tell(line) {
  console.log(`✔ ${line}`);
}
