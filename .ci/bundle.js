/**
 * Bundles the published files into dist/: one file for each entry point and files that they share, as ES modules
 * (dist/esm) and as CommonJS (dist/cjs).
 *
 * The ES modules contain iconv-lite, generic-pool and punycode.js at the version of the lock file. These packages are
 * CommonJS: outside the bundle they break the ES-module bundles of our users. Their licences are in
 * dist/esm/LICENSES.txt. The other dependencies stay outside and are loaded by the code that uses them.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, resolve } from "node:path";
import MagicString from "magic-string";
import { rolldown } from "rolldown";
import { parseAst } from "rolldown/parseAst";
import { esmExternalRequirePlugin } from "rolldown/plugins";
import { declare } from "./declarations.js";
import { command, entryPoints } from "./entry-points.js";
import { lineMap } from "./line-map.js";
import { builtPage, inPage } from "./page.js";

const input = Object.fromEntries(
  Object.values(entryPoints).map((module) => [module.split("/")[0], `src/${module}.ts`]),
);
/** What only the command needs. */
const tools = ["commander", "csv-parse", "mustache"];
const inlined = ["iconv-lite", "generic-pool", "punycode.js"];
/** What only the catcher needs: in both formats, so that `npm install envoi` brings nothing more. */
const web = ["hono", "ws", "entities", "parse5", "@csstools/css-tokenizer"];
const external = ["node-forge/lib/asn1.js", "postal-mime", "sax", "socks"];

/** Writes dist/esm, dist/cjs and the declarations. */
export async function bundle() {
  for (const folder of ["esm", "cjs"]) rmSync(join("dist", folder), { recursive: true, force: true });
  const builtins = builtinModules.filter((name) => !name.startsWith("_"));
  await write("esm", ".js", {
    input: { ...input, cli: `src/${command}.ts` },
    external,
    // Bundlers can split an ES module, but not its default export, which Node imports.
    resolve: { alias: { "punycode.js": "punycode.js/punycode.es6.js" } },
    plugins: [esmExternalRequirePlugin({ external: builtins }), punycodeByName(), page(), pure()],
  });
  await write("cjs", ".cjs", { external: [...external, ...inlined], plugins: [page(), pure()] });
  const caniemail = data("Can I email (data)", join("src", "catcher", "html-check", "LICENSE-caniemail.txt"));
  writeFileSync(
    join("dist", "esm", "LICENSES.txt"),
    `${licences([...inlined, ...web, ...tools, ...inPage])}${caniemail}`,
  );
  writeFileSync(join("dist", "cjs", "LICENSES.txt"), `${licences([...web, ...inPage])}${caniemail}`);
  declare();
}

/** Refuses an old Node in one line, before a call that it does not support. */
const oldNode = `{
  const { node } = process.versions;
  const [major, minor] = node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error("envoi: expected Node.js 20.19 or later, got " + node + ": install a newer Node.js");
}`;

async function write(format, ending, options) {
  const build = await rolldown({
    input,
    platform: "node",
    transform: {
      target: "node20.19",
      // ws looks for faster native code unless these are set.
      define: { "process.env.WS_NO_BUFFER_UTIL": "true", "process.env.WS_NO_UTF_8_VALIDATE": "true" },
    },
    treeshake: { moduleSideEffects: (id) => !id.includes("/src/") },
    // Otherwise bundlers keep a whole chunk that contains Rolldown's helpers, because a lazy chunk needs them.
    experimental: { chunkOptimization: { avoidRedundantChunkLoads: false } },
    // A slow build on a busy machine is not an error.
    checks: { bundlerTimings: false },
    onLog: (level, log) => {
      throw new Error(`${level}: ${log.message}`);
    },
    ...options,
  });
  const { output } = await build.write({
    dir: join("dist", format),
    format,
    exports: "named",
    entryFileNames: `[name]${ending}`,
    chunkFileNames: (chunk) => `shared/${nameOf(chunk)}${ending}`,
    intro: (chunk) => (chunk.isEntry ? oldNode : ""),
    // CommonJS has no maps: few users need it, and it is as readable as the source.
    sourcemap: format === "esm",
    sourcemapExcludeSources: true,
    comments: { jsdoc: false, legal: false, annotation: true },
    // Node parses it at every start. Names stay readable, for stacks.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await build.close();
  for (const { fileName, map } of output)
    if (map) writeFileSync(join("dist", format, `${fileName}.map`), JSON.stringify(lineMap(map)));
}

function punycodeByName() {
  return {
    name: "envoi:punycode",
    transform: {
      filter: { id: /\/idna\.ts$/ },
      handler(code) {
        const text = new MagicString(code).replace("import punycode from", "import * as punycode from");
        return { code: text.toString(), map: text.generateMap() };
      },
    },
  };
}

/** The page of the catcher is made by another step of the build. */
function page() {
  return {
    name: "envoi:page",
    resolveId: {
      filter: { id: /\/built-page\.js$/ },
      handler: () => resolve(builtPage),
    },
  };
}

/** A shared chunk is named for the first of these that it contains, otherwise by Rolldown. */
function nameOf({ moduleIds, name }) {
  const landmarks = {
    client: "/src/transport/smtp/smtp-transport.ts",
    server: "/src/server/running-server.ts",
    protocol: "/src/protocol/reply.ts",
    page: "/catcher/built-page.js",
    "iconv-table": "/src/text/charsets/iconv-table.ts",
  };
  const found = Object.entries(landmarks).find(([, path]) => moduleIds.some((id) => id.includes(path)));
  return found?.[0] ?? name;
}

/**
 * Marks the statements at the top of a chunk as free of side effects; all modules of envoi are. With
 * `sideEffects: false` a bundler drops a whole file, but within a file it keeps each call that it cannot analyse.
 */
function pure() {
  return {
    name: "envoi:pure",
    renderChunk(code, { name, moduleIds }, { format }) {
      const text = new MagicString(code);
      for (const node of parseAst(code).body) {
        // Rolldown's runtime leaves this import, even when nothing needs its require().
        if (node.type === "ImportDeclaration" && node.specifiers.length === 0)
          text.remove(node.start, node.end);
        const declaration = node.type === "ExportNamedDeclaration" ? node.declaration : node;
        if (format === "es" && !isOfCommand({ name, moduleIds }) && !isLazy(moduleIds))
          refuseEffects(node, code);
        if (declaration?.type !== "VariableDeclaration") continue;
        for (const { init } of declaration.declarations) {
          if (init === null || isPlain(init)) continue;
          text.appendLeft(init.start, "/* @__PURE__ */ (() => (").appendRight(init.end, "))()");
        }
      }
      return { code: text.toString(), map: text.generateMap() };
    },
  };
}

/** Whether only the command loads a chunk: no bundler of a user sees it. */
function isOfCommand({ name, moduleIds }) {
  return name === "cli" || moduleIds.some((id) => id.includes("/src/cli/"));
}

/** Whether a chunk has packages that do something when they are loaded: the catcher loads it with the first request. */
function isLazy(moduleIds) {
  return moduleIds.some((id) => /[\\/]node_modules[\\/](?:@csstools|entities|parse5)[\\/]/.test(id));
}

/** A statement that does something, or takes an object apart, is kept by every bundler with all that it names. */
function refuseEffects(node, code) {
  const declarators = node.type === "VariableDeclaration" ? node.declarations : [];
  const kept =
    (node.type === "ExpressionStatement" && node.directive === undefined) ||
    declarators.some(({ id }) => id.type !== "Identifier");
  if (!kept) return;
  const statement = code.slice(node.start, Math.min(node.end, node.start + 80));
  throw new Error(`A module does this when it is loaded; make it the value of a constant: ${statement}`);
}

/** Whether a bundler can see that a value is made without side effects. */
function isPlain({ type, expressions }) {
  if (type === "TemplateLiteral") return expressions.every(isPlain);
  return /^(Literal|ArrowFunctionExpression|FunctionExpression|Identifier)$/.test(type);
}

function licences(names) {
  const texts = names.map((name) => {
    const folder = join("node_modules", name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return `${name} ${version}\n\n${licence(folder).trim()}\n`;
  });
  return `This folder contains code of these packages.\n\n${texts.join(`\n${"-".repeat(79)}\n\n`)}`;
}

/** The licence of data that are in the sources. */
function data(name, path) {
  return `\n${"-".repeat(79)}\n\n${name}\n\n${readFileSync(path, "utf8").trim()}\n`;
}

function licence(folder) {
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file !== undefined) return readFileSync(join(folder, file), "utf8");
  // generic-pool has its licence at the end of its README.
  const [, text] = readFileSync(join(folder, "README.md"), "utf8").split(/^## License$/m);
  if (text === undefined) throw new Error(`${folder} has no licence`);
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">");
}
