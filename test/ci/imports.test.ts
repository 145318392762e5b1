import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
}
interface Source {
  readonly imports: readonly Import[];
  readonly lines: number;
}

const ci = new URL("../../../.ci/", import.meta.url);
const { readSource } = (await import(new URL("source.js", ci).href)) as {
  readSource: (path: string, text: string) => Source;
};
const { wrongImports } = (await import(new URL("imports.js", ci).href)) as {
  wrongImports: (
    root: string,
    sources: ReadonlyMap<string, Source>,
    allowed: readonly { around: string; files: number }[],
  ) => string[];
};

const document = `
| folder | what is in it | may import | of Node |
|---|---|---|---|
| \`index.ts\` | the face | high | nothing |
| \`high/\` | uses | low | everything but net |
| \`low/\` | is used | nothing | buffer |

| library | what for | its one place |
|---|---|---|
| \`pool\` | slots | \`high/deep/pool.ts\` |
`;
const sound = {
  "src/index.ts": 'export { high } from "./high/high.ts";',
  "src/errors.ts": "export class MailError extends Error {}",
  "src/high/high.ts": 'import { low } from "../low/low.ts";\nimport "node:tls";\nexport const high = low;',
  "src/high/deep/pool.ts": 'import pool from "pool";\nimport { MailError } from "../../errors.ts";',
  "src/low/low.ts": 'import { Buffer } from "node:buffer";\nexport const low = Buffer;',
};

const trees: string[] = [];
after(() => {
  for (const tree of trees) rmSync(tree, { recursive: true });
});

/** What the check says of a tree: the sound one with changes. */
function judged(
  changes: Record<string, string>,
  { allowed = [] as { around: string; files: number }[] } = {},
) {
  const files: Record<string, string> = {
    "docs/architecture.md": document,
    "package.json": '{ "dependencies": { "pool": "1" } }',
    ...sound,
    ...changes,
  };
  const root = mkdtempSync(join(tmpdir(), "envoi-imports-"));
  trees.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const sources = Object.entries(files).filter(([path]) => path.endsWith(".ts"));
  return wrongImports(root, new Map(sources.map(([path, text]) => [path, readSource(path, text)])), allowed);
}

test("the import check accepts what the tables allow", () => {
  assert.deepEqual(judged({}), []);
});

for (const form of [
  'import "SPECIFIER";',
  'import { a } from "SPECIFIER";',
  'import type { A } from "SPECIFIER";',
  'export * from "SPECIFIER";',
  'export type { A } from "SPECIFIER";',
  'const a = await import("SPECIFIER");',
  'export type A = import("SPECIFIER").A;',
  'import a = require("SPECIFIER");',
]) {
  test(`the import check refuses an import upwards, written ${form}`, () => {
    const wrong = judged({ "src/low/planted.ts": `\n${form.replace("SPECIFIER", "../index.ts")}` });
    assert.deepEqual(wrong.length, 1);
    assert.match(
      wrong[0] ?? "",
      /^src\/low\/planted\.ts:2: must not import \.\.\/index\.ts: low may import nothing/,
    );
  });
}

for (const [path, specifier] of [
  ["src/low/a.ts", "../high/high.ts"],
  ["src/low/deep/a.ts", "../../high/deep/pool.ts"],
  ["src/high/a.ts", "../index.ts"],
  ["src/high/a.ts", "../../test/low.ts"],
  ["src/index.ts", "./low/low.ts"],
  ["src/errors.ts", "./low/low.ts"],
  ["src/low/a.ts", "node:net"],
  ["src/high/a.ts", "node:net"],
  ["src/high/a.ts", "node:module"],
  ["src/index.ts", "node:buffer"],
  ["src/high/a.ts", "pool"],
  ["src/low/a.ts", "pool/deep"],
  ["src/high/a.ts", "@scope/unknown"],
  ["src/high/a.ts", "envoi"],
  ["src/high/a.ts", "envoi/testing"],
  ["src/high/a.ts", "#src/low/low.js"],
] as const) {
  test(`the import check refuses ${specifier} in ${path}`, () => {
    const before = (sound as Record<string, string>)[path] ?? "";
    const wrong = judged({ [path]: `${before}\nimport "${specifier}";` });
    assert.ok(
      wrong.some((line) => line.startsWith(path) && line.includes(`must not import ${specifier}:`)),
      wrong.join("\n"),
    );
  });
}

test("the import check reads no imports in comments, strings and templates", () => {
  const text =
    '// import "../index.ts";\n/* import "../index.ts"; */\nconst a = "import \\"../index.ts\\";";\nconst b = `import "x"`;';
  assert.deepEqual(judged({ "src/low/a.ts": text }), []);
});

test("the import check requires a row for each folder and each file at the top", () => {
  assert.deepEqual(judged({ "src/new/a.ts": "", "src/stray.ts": "" }), [
    "src/new: has no row in the table of folders of docs/architecture.md",
    "src/stray.ts: has no row in the table of folders of docs/architecture.md",
  ]);
});

test("the import check requires a folder for each row, and for each name in a row", () => {
  const planned = document.replace("| high | nothing |", "| high, later | nothing |");
  assert.deepEqual(judged({ "docs/architecture.md": planned }), [
    "docs/architecture.md: the table of folders names src/later, which does not exist",
  ]);
});

test("the import check requires a row for each dependency, and a use for each row", () => {
  assert.deepEqual(
    judged({
      "package.json": '{ "dependencies": { "pool": "1", "other": "1" } }',
      "src/high/deep/pool.ts": "",
    }),
    [
      "docs/architecture.md: other has no row in the table of libraries",
      "docs/architecture.md: src/high/deep/pool.ts does not import pool",
    ],
  );
});

const egg = 'import type { Hen } from "./hen.ts";\nexport interface Egg { hen: Hen }';
const hen = 'import type { Egg } from "./egg.ts";\nexport interface Hen { egg: Egg }';

test("the import check refuses a circle of types, and of more than types", () => {
  const types = { "src/low/egg.ts": egg, "src/low/hen.ts": hen };
  const [wrong, ...others] = judged(types);
  assert.deepEqual(others, []);
  assert.match(wrong ?? "", /import types of each other.*: src\/low\/egg\.ts, src\/low\/hen\.ts$/);
  const values = judged({
    "src/low/egg.ts": egg.replace("import type {", "import { type"),
    "src/low/hen.ts": hen.replace("import type", "import"),
  });
  assert.equal(values[0], "These files import each other: src/low/egg.ts, src/low/hen.ts");
});

test("the import check finds a circle over several files and a test", () => {
  const wrong = judged({
    "src/high/a.ts": 'import "./b.ts";',
    "src/high/b.ts": 'import "./c.ts";\nimport "./high.ts";',
    "src/high/c.ts": 'import "./a.ts";',
    "test/a.ts": 'import "./b.ts";',
    "test/b.ts": 'import "./a.ts";\nimport "#src/high/a.js";',
  });
  assert.deepEqual(
    wrong.filter((line) => line.startsWith("These files import each other")),
    [
      "These files import each other: src/high/a.ts, src/high/b.ts, src/high/c.ts",
      "These files import each other: test/a.ts, test/b.ts",
    ],
  );
});

test("the import check requires that an open circle has exactly the size in its row", () => {
  const types = { "src/low/egg.ts": egg, "src/low/hen.ts": hen };
  assert.deepEqual(judged(types, { allowed: [{ around: "src/low/egg.ts", files: 2 }] }), []);
  assert.deepEqual(judged(types, { allowed: [{ around: "src/low/egg.ts", files: 3 }] }), [
    ".ci/imports.js: the circle around src/low/egg.ts has come down to 2 files: write so",
  ]);
  assert.equal(judged(types, { allowed: [{ around: "src/high/high.ts", files: 0 }] }).length, 1);
});

test("the size check does not count comments and blank lines", () => {
  const text = '/**\n * What.\n */\n\nconst a = "//"; // why\nconst b = `\n/* */\n`;\n/* x */\n';
  assert.equal(readSource("a.ts", text).lines, 4);
});
