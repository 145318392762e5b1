/**
 * Checks that every export of a file in src/ has a docstring. For the exports of an entry point, each member must have
 * one too, and each class, each function and the entry point itself must have an example. The declarations in
 * .build/types/ show that.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { entryPoints } from "./entry-points.js";

/**
 * Lists the exports without documentation.
 *
 * @param sources a Map from each path to what `readSource` gives
 */
export function wrongDocstrings(sources) {
  return [...exportsWithout(sources), ...incompleteEntryPoints()];
}

/** Overloads share the docstring of the first. */
function exportsWithout(sources) {
  return [...sources].flatMap(([path, { exports }]) =>
    exports
      .filter(({ name, documented }, index) => !documented && exports[index - 1]?.name !== name)
      .filter(() => path.startsWith("src/"))
      .map(({ name, line }) => `${path}:${line}: ${name} has no docstring`),
  );
}

function incompleteEntryPoints() {
  const seen = new Set();
  return Object.values(entryPoints).flatMap((module) => {
    const entry = join(".build", "types", `${module}.d.ts`);
    const source = readFileSync(entry, "utf8");
    const missing = source.startsWith("/**") && /@example/.test(source) ? [] : [`${entry}: has no example`];
    return [...missing, ...exportsOf(entry, source).flatMap((name) => check(name, seen))];
  });
}

/** The names that an entry point exports, with the file that declares each. */
function exportsOf(entry, source) {
  return [...source.matchAll(/export (?:type )?\{([^}]*)\} from "([^"]+)"/g)].flatMap(
    ([, names, specifier]) =>
      names.split(",").map((name) => ({
        name: name.trim().replace(/^type /, ""),
        path: join(dirname(entry), specifier.replace(/\.ts$/, ".d.ts")),
      })),
  );
}

function check({ name, path }, seen) {
  const place = `${path}: ${name}`;
  if (name === "" || seen.has(place)) return [];
  seen.add(place);
  const lines = readFileSync(path, "utf8").split("\n");
  const declares = new RegExp(
    `^export (?:declare )?(?:abstract )?(class|interface|function|const|type) ${name}\\b`,
  );
  const starts = lines.findIndex((line) => declares.test(line));
  if (starts === -1) return [`${place}: is not declared where it is exported from`];
  const docstring = docstringAbove(lines, starts);
  if (docstring === undefined) return [`${place}: has no docstring`];
  const [, kind] = declares.exec(lines[starts]);
  const wants = kind === "class" || kind === "function";
  const missing = wants && !docstring.includes("@example") ? [`${place}: has no example`] : [];
  return [
    ...missing,
    ...membersWithout(lines, starts).map((member) => `${place}: ${member} has no docstring`),
  ];
}

/** The members, of the declaration at a line, that have no docstring. Overloads share that of the first. */
function membersWithout(lines, starts) {
  const found = [];
  let before = "";
  if (!/\b(?:class|interface) .*\{$/.test(lines[starts])) return found;
  for (let i = starts + 1; i < lines.length && !lines[i].startsWith("}"); i++) {
    const [, name] =
      /^ {4}(?:(?:static|readonly|get|set|abstract) )*(\[[\w.]+\]|\w+)[?(<:]/.exec(lines[i]) ?? [];
    if (name === undefined || /^ {4}(?:private|protected) /.test(lines[i])) continue;
    if (name !== before && docstringAbove(lines, i) === undefined) found.push(name);
    before = name;
  }
  return found;
}

function docstringAbove(lines, index) {
  if (!lines[index - 1]?.trimEnd().endsWith("*/")) return undefined;
  let first = index - 1;
  while (first > 0 && !lines[first].trimStart().startsWith("/**")) first--;
  return lines.slice(first, index).join("\n");
}
