import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { secondColumnOf } from "./docs/second-column.ts";
import { moduleOf, type Snippet, type Source, snippetsOf } from "./docs/snippet.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(root, ".build", "snippets");

/** A document that is wrong in its fifth line, to see that such a thing is found. */
const planted = snippetsOf("planted.md", "# Wrong\n\n```ts\nconst port = 25;\nTls.Require;\n```\n");
/** Words that are not ours, in each way in which a table may say them. */
const plantedTable = secondColumnOf(
  "planted-table.md",
  [
    "| a | b |",
    "| `x` | `.credentialz(user)` |",
    "| `y` | `.pool({ maxConnections: 3 })`, `subjekt` |",
    "| z | `verify()` |",
  ].join("\n"),
);
const guide = join("docs", "from-nodemailer.md");
const snippets = [
  ...documents().flatMap((path) => snippetsOf(path, read(path))),
  ...secondColumnOf(guide, read(guide)),
  ...planted,
  ...plantedTable,
];
let complaints: string[] = [];

before(() => {
  complaints = compile(snippets);
});

test("every snippet of the README, the docs and the docstrings compiles", () => {
  assert.ok(snippets.length > 20, "the snippets are not found");
  assert.deepEqual(
    complaints.filter((complaint) => !complaint.startsWith("planted")),
    [],
  );
});

test("every name in the tables for those who come from nodemailer exists", () => {
  assert.ok(snippets.filter(({ path }) => path === guide).length > 60, "the rows are not found");
  const places = complaints.filter((complaint) => complaint.startsWith("planted-table.md"));
  assert.deepEqual(
    places.map((complaint) => /'(\w+)'|"(\w+)"/.exec(complaint)?.slice(1).find(Boolean)),
    ["credentialz", "maxConnections", "subjekt", "verify"],
  );
});

test("a snippet that is wrong is found, with its place", () => {
  const found = complaints.filter((complaint) => complaint.startsWith("planted.md"));
  assert.equal(found.length, 1);
  assert.match(found[0] ?? "", /^planted\.md:5:5 .*'Require'/);
});

test("a snippet keeps its indentation but not that of its fence", () => {
  const text = "/**\n   * ```ts\n   * if (ready) {\n   *   go();\n   *\n   * }\n   * ```\n   */\n";
  assert.deepEqual(snippetsOf("src/a.ts", text), [
    { path: "src/a.ts", line: 3, code: "if (ready) {\n  go();\n\n}\n" },
  ]);
});

function documents(): string[] {
  return [
    ...readdirSync(root).filter((name) => name.endsWith(".md")),
    ...filesBelow("docs", ".md"),
    ...filesBelow("src", ".ts"),
  ];
}

function filesBelow(below: string, ending: string): string[] {
  if (!existsSync(join(root, below))) return [];
  const names = readdirSync(join(root, below), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(below, name));
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/**
 * Compiles all of them in one run, strictly, against the package by its own names; the complaints name their places.
 */
function compile(all: readonly Snippet[]): string[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [index, snippet] of all.entries()) {
    writeFileSync(join(folder, `${index}.ts`), moduleOf(snippet, sourcesFor(snippet)));
  }
  const compilerOptions = {
    ...{ rootDir: "../..", noEmit: true, composite: false, incremental: false, declaration: false },
    ...{ declarationMap: false, declarationDir: null, isolatedDeclarations: false },
    paths: {
      envoi: ["../types/index.d.ts"],
      "envoi/*": ["../types/*/index.d.ts"],
      "#src/*": ["../types/*"],
      pg: ["../../src/outbox/database/pg.d.ts"],
    },
    // A fragment need not use all that it shows, and the line of imports made for it does not sort types from values.
    ...{ noUnusedLocals: false, noUnusedParameters: false, verbatimModuleSyntax: false },
  };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../../tsconfig.json", compilerOptions, include: ["*.ts"] }),
  );
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", ".", "--pretty", "false"], {
    cwd: folder,
    encoding: "utf8",
  });
  return `${stdout}${stderr}`.split("\n").flatMap((line) => {
    if (line === "" || line.startsWith(" ")) return [];
    const match = /^(\d+)\.ts\((\d+),(\d+)\): (.*)$/.exec(line);
    const snippet = all[Number(match?.[1])];
    if (match === null || snippet === undefined) return [line];
    return [`${snippet.path}:${snippet.line + Number(match[2]) - 2}:${match[3]} ${match[4]}`];
  });
}

/** A docstring knows its own module first; then come the public names, then what the reader is thought to have. */
function sourcesFor({ path }: Snippet): Source[] {
  const own = /^src[/\\](.*)\.ts$/.exec(path)?.[1];
  return [
    ...(own === undefined ? [] : [{ specifier: `#src/${own}.js`, declarations: read(path) }]),
    { specifier: "envoi", declarations: read("src/index.ts") },
    { specifier: "envoi/testing", declarations: read("src/testing/index.ts") },
    { specifier: "envoi/server", declarations: read("src/server/index.ts") },
    { specifier: "envoi/verify", declarations: read("src/verify/index.ts") },
    { specifier: "envoi/feedback", declarations: read("src/feedback/index.ts") },
    { specifier: "envoi/outbox", declarations: read("src/outbox/index.ts") },
    { specifier: "../../test/docs/preamble.ts", declarations: read("test/docs/preamble.ts") },
  ];
}
