/**
 * The published declarations: those that the entry points reach, without what a module declares for envoi alone, so
 * that editors neither offer nor load it. Maps lead to src/.
 *
 * They exist once, marked as CommonJS: TypeScript lets ES modules import from CommonJS, but not the reverse. For ES
 * modules, dist/types has one file for each entry point that exports the same. So a class has one type in a program
 * that uses both, as it has one copy at run time.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { decode, encode } from "@jridgewell/sourcemap-codec";
import { parseAst } from "rolldown/parseAst";
import { entryPoints } from "./entry-points.js";

/** The folder into which tsc writes the declarations of all modules. */
const compiled = join(".build", "types");
const [forImport, forRequire] = [join("dist", "types"), join("dist", "types-cjs")];

/** Writes dist/types and dist/types-cjs. */
export function declare() {
  for (const folder of [forImport, forRequire]) rmSync(folder, { recursive: true, force: true });
  const modules = new Map();
  for (const module of Object.values(entryPoints)) {
    reachAll(`${module}.d.ts`, modules);
    const path = join(forImport, `${module}.d.ts`);
    const text = `export * from "${relative(dirname(path), join(forRequire, module))}.ts";\n`;
    const source = relative(dirname(path), join("src", `${module}.ts`));
    write(path, text, { version: 3, file: "index.d.ts", sources: [source], names: [], mappings: "AAAA" });
  }
  for (const module of modules.values()) publish(module);
  // TypeScript reads the format of a module from the nearest package.json.
  writeFileSync(join(forRequire, "package.json"), '{ "type": "commonjs" }\n');
}

/** Marks what a module exports as reached. */
function reachAll(path, modules) {
  for (const name of moduleAt(path, modules).statements.flatMap(({ names }) => names))
    reach(path, name, modules);
}

/** Marks what a name means in a module as reached, and so all that it mentions. */
function reach(path, name, modules) {
  const { statements, reached } = moduleAt(path, modules);
  if (reached.has(name)) return;
  reached.add(name);
  for (const { node, from } of statements.filter(({ names }) => names.includes(name))) {
    const specifier = node.specifiers?.find((one) => nameIn(one) === name);
    if (from !== undefined) reach(from, (specifier.imported ?? specifier.local).name, modules);
    else for (const mentioned of mentions(specifier ?? node)) reach(path, mentioned, modules);
  }
}

/** The module of a declaration file, with its statements and the names of it that are reached so far. */
function moduleAt(path, modules) {
  const known = modules.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(join(compiled, path), "utf8");
  const statements = parseAst(text, { lang: "dts" }).body.map((node) => statement(node, path, text));
  const module = { path, text, statements, reached: new Set() };
  modules.set(path, module);
  return module;
}

/** A statement, the names that it gives to something, and the module of ours that has it. */
function statement(node, path, text) {
  const specifier = node.source?.value;
  const from = specifier?.startsWith(".")
    ? join(dirname(path), specifier.replace(/\.ts$/, ".d.ts"))
    : undefined;
  if (node.specifiers?.length > 0) return { node, from, names: node.specifiers.map(nameIn) };
  const { id, declarations, type } = node.declaration ?? node;
  const names = (declarations?.map((one) => one.id.name) ?? [id?.name]).filter((name) => name !== undefined);
  if (names.length > 0 || type === "ExportNamedDeclaration") return { node, names };
  throw new Error(`${path}: the declarations cannot be published with ${text.slice(node.start, node.end)}`);
}

/** The name by which a module knows what it imports, or others know what it exports. */
function nameIn({ exported, local }) {
  return (exported ?? local).name;
}

/** Every identifier within a statement. Some are not references, which only keeps more than is needed. */
function mentions(node) {
  if (node === null || typeof node !== "object") return [];
  const own = node.type === "Identifier" ? [node.name] : [];
  return [...own, ...Object.values(node).flatMap(mentions)];
}

/**
 * Writes what is reached of a module. Statements begin and end with a line, so whole lines go, from the map as well.
 */
function publish({ path, text, statements, reached }) {
  const lines = text.split("\n");
  const map = JSON.parse(readFileSync(join(compiled, `${path}.map`), "utf8"));
  const mappings = decode(map.mappings);
  const lineAt = (offset) => text.slice(0, offset).split("\n").length - 1;
  const removed = new Set();
  let behind = 0;
  for (const { node, names } of statements) {
    const [first, last] = [lineAt(node.start), lineAt(node.end)];
    const left = names.filter((name) => reached.has(name));
    if (names.length > 0 && left.length === 0) {
      // The comment before the statement goes with it, but not a reference to @types/node.
      for (let line = behind; line <= last; line++) if (!lines[line].startsWith("/// ")) removed.add(line);
    } else if (left.length < names.length && node.specifiers.length > 0) {
      const kept = node.specifiers.filter((one) => reached.has(nameIn(one)));
      const list = kept.map(({ start, end }) => text.slice(start, end)).join(", ");
      lines[first] = lines[first].replace(/\{.*\}/, `{ ${list} }`);
      mappings[first] = [];
    }
    behind = last + 1;
  }
  const isLeft = (_, line) => !removed.has(line);
  const shorter = { ...map, mappings: encode(mappings.filter(isLeft)) };
  write(join(forRequire, path), lines.filter(isLeft).join("\n"), shorter);
}

function write(path, text, map) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  writeFileSync(`${path}.map`, JSON.stringify(map));
}
