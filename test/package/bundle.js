/** Runs in a project: bundles its consumer.mjs by one bundler, in one format, and prints the bundler's warnings. */
import { resolve } from "node:path";
import process from "node:process";

const [bundler, format, folder] = process.argv.slice(2);
const entry = resolve("consumer.mjs");
const esm = format === "esm";
const ending = esm ? "mjs" : "cjs";
const bundlers = { esbuild, rollup, webpack, rolldown };
await bundlers[bundler]();

async function esbuild() {
  const { build } = await import("esbuild");
  const outfile = `${folder}/bundle.${ending}`;
  await build({ entryPoints: [entry], bundle: true, platform: "node", format, outfile, logLevel: "warning" });
}

async function rollup() {
  const { rollup } = await import("rollup");
  const plugins = await Promise.all(
    ["node-resolve", "commonjs", "json"].map((name) => import(`@rollup/plugin-${name}`)),
  );
  const onLog = (level, { message }) => level !== "debug" && console.log(level, message);
  const [nodeResolve, ...rest] = plugins.map((plugin) => plugin.default);
  const options = { preferBuiltins: true, exportConditions: ["node"] };
  const made = await rollup({
    input: entry,
    plugins: [nodeResolve(options), ...rest.map((f) => f())],
    onLog,
  });
  const names = { entryFileNames: `bundle.${ending}`, chunkFileNames: `[name]-[hash].${ending}` };
  await made.write({ dir: folder, format, ...names });
}

async function rolldown() {
  const { rolldown } = await import("rolldown");
  const onLog = (level, { message }) => level === "warn" && console.log(level, message);
  const made = await rolldown({ input: entry, platform: "node", onLog });
  await made.write({ dir: folder, format, entryFileNames: `bundle.${ending}` });
}

async function webpack() {
  const { default: webpack } = await import("webpack");
  const output = {
    path: folder,
    filename: `bundle.${ending}`,
    chunkFilename: `[id].${ending}`,
    library: { type: esm ? "module" : "commonjs2" },
    ...(esm && { module: true, chunkFormat: "module" }),
  };
  const configuration = {
    ...{ mode: "production", target: "node20.19", entry, output },
    ...(esm && { experiments: { outputModule: true } }),
  };
  const stats = await new Promise((done, failed) =>
    webpack(configuration, (error, result) => (error ? failed(error) : done(result))),
  );
  const { warnings, errors } = stats.toJson({ all: false, warnings: true, errors: true });
  for (const { moduleName, message } of [...errors, ...warnings]) console.log(moduleName, message);
}
