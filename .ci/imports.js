/**
 * Checks the imports of each file. The rules are the two tables of docs/architecture.md: what a folder of src/ may
 * import, and the one place of each library. Each folder must have a row and each row a folder, and files must not
 * import each other in a circle, not even types.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";

/**
 * The circles of imports that are allowed: `files` files, the named one among them, import types of each other. A
 * circle of values is never allowed. Make no circle larger, and remove its row with the circle.
 */
const openCircles = [{ around: "src/message/message.ts", files: 2 }];

/**
 * Lists the wrong imports below a root.
 *
 * @param sources a Map from each path, such as src/index.ts, to what `readSource` gives
 */
export function wrongImports(root, sources, circlesAllowed = openCircles) {
  const { folders, libraries } = readTables(readFileSync(join(root, "docs", "architecture.md"), "utf8"));
  const { dependencies, peerDependencies, devDependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const published = Object.keys({ ...dependencies, ...peerDependencies });
  const known = [...published, ...Object.keys(devDependencies ?? {})];
  const wrong = [...wrongRows(root, folders)];
  for (const library of published) {
    if (!libraries.has(library))
      wrong.push(`docs/architecture.md: ${library} has no row in the table of libraries`);
  }
  for (const [library, place] of libraries) {
    const used = [...sources].some(
      ([path, { imports }]) =>
        inPlace(path, place) && imports.some(({ specifier }) => libraryOf(specifier) === library),
    );
    if (!known.includes(library) || !used)
      wrong.push(`docs/architecture.md: src/${place} does not import ${library}`);
  }
  for (const [path, { imports }] of sources) {
    if (!path.startsWith("src/")) continue;
    const row = folders.get(rowOf(path));
    // The folder has been reported.
    if (row === undefined) continue;
    for (const { specifier, line } of imports) {
      const reason = refusal(path, row, specifier, libraries);
      if (reason !== undefined) wrong.push(`${path}:${line}: must not import ${specifier}: ${reason}`);
    }
  }
  return [...wrong, ...wrongCircles(sources, circlesAllowed)];
}

/** Why a file may not import something, or undefined. */
function refusal(path, row, specifier, libraries) {
  if (specifier.startsWith(".")) {
    const target = rowOf(join(dirname(path), specifier));
    if (target === rowOf(path) || target === "errors.ts" || row.folders.includes(target)) return undefined;
    return `${rowOf(path)} may import ${row.folders.join(", ") || "nothing"}, by docs/architecture.md`;
  }
  if (specifier === "node:module") return "createRequire breaks bundles";
  if (specifier.startsWith("node:")) {
    return row.builtin(specifier.slice("node:".length))
      ? undefined
      : `of Node, ${rowOf(path)} may import ${row.builtins}, by docs/architecture.md`;
  }
  if (specifier.startsWith("#") || /^envoi(?:\/|$)/.test(specifier)) return "in src/, import the file itself";
  const place = libraries.get(libraryOf(specifier));
  if (place === undefined) return "it has no row in the table of libraries of docs/architecture.md";
  return inPlace(path, place) ? undefined : `its one place is src/${place}`;
}

/** The row for a path: the first folder below src/, or a file directly in src/. */
function rowOf(path) {
  const [, first] = path.split("/");
  return first ?? "";
}

function inPlace(path, place) {
  return place.endsWith("/") ? path.startsWith(`src/${place}`) : path === `src/${place}`;
}

function libraryOf(specifier) {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function wrongRows(root, folders) {
  const there = readdirSync(join(root, "src"));
  const without = there.filter((name) => name !== "errors.ts" && !folders.has(name));
  const named = [...folders].flatMap(([name, row]) => [name, ...row.folders]);
  const gone = [...new Set(named)].filter((name) => !there.includes(name));
  return [
    ...without.map((name) => `src/${name}: has no row in the table of folders of docs/architecture.md`),
    ...gone.map(
      (name) => `docs/architecture.md: the table of folders names src/${name}, which does not exist`,
    ),
  ];
}

/** Reads both tables: a row begins with its subject, in code. */
function readTables(document) {
  const folders = new Map();
  for (const [name, , imports, builtins] of rowsBelow(document, "folder")) {
    const list = words(imports);
    folders.set(word(name), { folders: list, builtins, builtin: builtinsOf(builtins) });
  }
  // A file that all may import must import nothing.
  folders.set("errors.ts", { folders: [], builtins: "nothing", builtin: () => false });
  const libraries = new Map();
  for (const [name, , place] of rowsBelow(document, "library")) {
    for (const library of words(name)) libraries.set(library, place.replaceAll("`", ""));
  }
  if (folders.size === 1 || libraries.size === 0)
    throw new Error("docs/architecture.md: expected a table of folders and a table of libraries");
  return { folders, libraries };
}

/** The cells of each row of the table whose first column has this heading. */
function rowsBelow(document, heading) {
  const lines = document.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  if (start === -1) return [];
  const rest = lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith("|"));
  return rest.slice(0, end === -1 ? undefined : end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** "everything", "everything but net, tls", "nothing" or a list. */
function builtinsOf(cell) {
  const but = /^everything(?: but (.+))?$/.exec(cell);
  const listed = words(but === null ? cell : (but[1] ?? ""));
  return (name) => listed.includes(name) === (but === null);
}

function words(cell) {
  return cell === "nothing" || cell === "" ? [] : cell.split(", ").map(word);
}

function word(text) {
  return text.replaceAll("`", "").replace(/\/$/, "");
}

function wrongCircles(sources, allowed) {
  const graph = new Map(
    [...sources].map(([path, { imports }]) => [path, imports.flatMap((each) => edge(path, each, sources))]),
  );
  const values = new Map(
    [...graph].map(([path, edges]) => [path, edges.filter(({ typeOnly }) => !typeOnly)]),
  );
  const circles = circlesOf(graph);
  const wrong = circlesOf(values).map((files) => `These files import each other: ${files.join(", ")}`);
  for (const files of circles) {
    const row = allowed.find(({ around }) => files.includes(around));
    if (row !== undefined && files.length <= row.files) continue;
    wrong.push(
      `These files import types of each other, so a type lives in the wrong file: ${files.join(", ")}`,
    );
  }
  for (const { around, files } of allowed) {
    const { length = 0 } = circles.find((circle) => circle.includes(around)) ?? {};
    if (length < files)
      wrong.push(`.ci/imports.js: the circle around ${around} has come down to ${length} files: write so`);
  }
  return wrong;
}

function edge(path, { specifier, typeOnly }, sources) {
  const target = specifier.startsWith("#src/")
    ? `src/${specifier.slice("#src/".length).replace(/\.js$/, ".ts")}`
    : join(dirname(path), specifier);
  return sources.has(target) ? [{ target, typeOnly }] : [];
}

/** The strongly connected components of more than one file, and files that import themselves (Tarjan 1972). */
function circlesOf(graph) {
  const found = [];
  const stack = [];
  const order = new Map();
  const low = new Map();
  const visit = (path) => {
    order.set(path, order.size);
    low.set(path, order.get(path));
    stack.push(path);
    for (const { target } of graph.get(path)) {
      if (!order.has(target)) visit(target);
      if (stack.includes(target)) low.set(path, Math.min(low.get(path), low.get(target)));
    }
    if (low.get(path) !== order.get(path)) return;
    const circle = stack.splice(stack.indexOf(path));
    if (circle.length > 1 || graph.get(path).some(({ target }) => target === path)) found.push(circle.sort());
  };
  for (const path of graph.keys()) if (!order.has(path)) visit(path);
  return found;
}
