/**
 * Reads a TypeScript or JavaScript source: what it imports and exports, its comments, and how many lines count.
 * The parser is Rolldown's, which bundles the package as well.
 */
import { extname } from "node:path";
import { parseAst } from "rolldown/parseAst";

const languages = { ".ts": "ts", ".tsx": "tsx" };

/** @param {string} path the path of the source; its extension decides the language */
export function readSource(path, text) {
  const program = parseAst(text, { lang: languages[extname(path)] ?? "js" }, path);
  const nodes = nodesIn(program);
  const lineOf = lineCounter(text);
  const comments = commentsIn(text, nodes).map(({ start, end }) => ({
    line: lineOf(start),
    text: text.slice(start, end),
    start,
    end,
  }));
  return {
    imports: nodes.flatMap((node) => importsOf(node, lineOf)),
    exports: program.body.flatMap((node) => exportsOf(node, text, lineOf)),
    comments,
    lines: countLines(text, comments),
  };
}

/** What a node imports: `import`, `export ... from`, `import()`, `import("...").Type` and `import x = require()`. */
function importsOf(node, lineOf) {
  const found = (source, typeOnly) =>
    typeof source?.value === "string"
      ? [{ specifier: source.value, typeOnly, line: lineOf(node.start) }]
      : [];
  switch (node.type) {
    case "ImportDeclaration":
      return found(node.source, node.importKind === "type");
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return found(node.source, node.exportKind === "type");
    case "ImportExpression":
      return found(node.source, false);
    case "TSImportType":
      return found(node.source, true);
    case "TSExternalModuleReference":
      return found(node.expression, false);
    default:
      return [];
  }
}

/** The names that a statement declares and exports, and whether a docstring precedes it. */
function exportsOf({ type, declaration, start }, text, lineOf) {
  if (type !== "ExportNamedDeclaration" || declaration === null) return [];
  // A comment for the linter may be between the two.
  const above = text.slice(0, start).replace(/(?:\s*\/\/.*)*\s*$/, "");
  const documented = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/$/.test(above);
  return (declaration.declarations ?? [declaration]).flatMap(({ id }) =>
    id?.type === "Identifier" ? [{ name: id.name, line: lineOf(start), documented }] : [],
  );
}

function nodesIn(value, nodes = []) {
  if (Array.isArray(value)) {
    for (const each of value) nodesIn(each, nodes);
  } else if (typeof value === "object" && value !== null) {
    if (typeof value.type === "string") nodes.push(value);
    for (const key in value) nodesIn(value[key], nodes);
  }
  return nodes;
}

/** Finds comments: everything that looks like one outside strings, templates and regular expressions. */
function commentsIn(text, nodes) {
  const opaque = nodes
    .filter(({ type }) => type === "Literal" || type === "TemplateElement")
    .sort((a, b) => a.start - b.start);
  const opener = /\/\/.*|\/\*[\s\S]*?\*\//g;
  const comments = [];
  let next = 0;
  for (let match = opener.exec(text); match !== null; match = opener.exec(text)) {
    while (next < opaque.length && opaque[next].end <= match.index) next++;
    if (next < opaque.length && opaque[next].start <= match.index) opener.lastIndex = opaque[next].end;
    else comments.push({ start: match.index, end: opener.lastIndex });
  }
  return comments;
}

/** The lines that are not blank and not only comments. */
function countLines(text, comments) {
  let code = "";
  let position = 0;
  for (const { start, end } of comments) {
    code += text.slice(position, start) + text.slice(start, end).replace(/[^\n]/g, " ");
    position = end;
  }
  code += text.slice(position);
  return code.split("\n").filter((line) => line.trim() !== "").length;
}

/** Returns a function that gives the line of an offset. */
function lineCounter(text) {
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index);
  return (offset) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle] < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}
