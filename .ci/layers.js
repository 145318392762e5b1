/**
 * Proves that the import table of docs/architecture.md, written into biome.json, is known to Biome: plants each
 * import that might be tried into each folder of a temporary tree, and compares what is refused with the table here.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";

/** What a folder may import besides itself and errors.ts. */
const table = {
  text: ["node:buffer", "node:util", "npm:iconv-lite"],
  address: ["text", "node:buffer", "node:url", "node:util", "npm:punycode.js"],
  protocol: ["text", "address", "node:buffer", "node:crypto"],
  mime: ["text", "address", "node:buffer", "node:crypto", "node:util"],
  net: ["text", "protocol", "node:*"],
  message: [
    ...["text", "mime", "address", "npm:mime"],
    ...["node:buffer", "node:crypto", "node:fs/promises", "node:url", "node:util"],
  ],
  signing: ["text", "message", "mime", "address", "node:*"],
  transport: [
    "message",
    "mime",
    "signing",
    "net",
    "protocol",
    "address",
    "text",
    "node:*",
    "npm:generic-pool",
  ],
  server: ["net", "protocol", "mime", "address", "text", "node:*"],
  testing: [
    ...["server", "transport", "net", "message", "mime", "protocol", "address", "text"],
    ...["node:*", "npm:node-forge", "npm:postal-mime"],
  ],
};
const publicFace = ["transport", "signing", "message", "mime", "net", "protocol", "address"];

const builtins = ["buffer", "crypto", "url", "util", "fs/promises", "net", "tls"].map(
  (name) => `node:${name}`,
);
const packages = [
  "mime",
  "iconv-lite",
  "punycode.js",
  "generic-pool",
  "node-forge",
  "postal-mime",
  "nodemailer",
];
const neverAllowed = ["node:module", "envoi", "envoi/testing", "#src/text/planted.js"];
const folders = Object.keys(table);

const tree = mkdtempSync(join(tmpdir(), "envoi-layers-"));
try {
  checkThatFoldersHaveRows();
  const planted = [...layers(), ...otherRules()];
  for (const { path, imports } of planted) write(path, imports.map(({ line }) => `${line}\n`).join(""));
  const refused = refusals("noRestrictedImports", ["src", "test", "docs"]);
  const wrong = planted.flatMap(({ path, imports }) =>
    imports.flatMap(({ line, allowed }, index) =>
      refused.has(`${path}:${index + 1}`) === allowed
        ? [`${path}: ${line} must be ${allowed ? "allowed" : "refused"}`]
        : [],
    ),
  );
  wrong.push(...cycles());
  if (wrong.length > 0) {
    console.error(wrong.join("\n"));
    process.exitCode = 1;
  } else {
    const total = planted.reduce((sum, { imports }) => sum + imports.length, 0);
    console.log(
      `${total} planted imports in ${planted.length} files and one cycle were judged as the table says.`,
    );
  }
} finally {
  rmSync(tree, { recursive: true });
}

function checkThatFoldersHaveRows() {
  const there = readdirSync("src", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const without = there.map(({ name }) => name).filter((name) => !folders.includes(name));
  if (without.length > 0) throw new Error(`No row in the import table: ${without.join(", ")}`);
}

/** Each import that might be tried, from each folder, from a folder below it and, where there are such, from one below that. */
function* layers() {
  for (const folder of folders) {
    const allows = (name) => table[folder].includes(name);
    const outside = [
      ...builtins.map((name) => ({ name, allowed: allows(name) || allows("node:*") })),
      ...packages.map((name) => ({ name, allowed: allows(`npm:${name}`) })),
      ...neverAllowed.map((name) => ({ name, allowed: false })),
    ];
    for (const [path, up] of [
      [`src/${folder}/planted.ts`, ".."],
      [`src/${folder}/below/planted.ts`, "../.."],
      ...(folder === "transport" ? [[`src/${folder}/below/below/planted.ts`, "../../.."]] : []),
    ]) {
      const inside = [
        { name: "./sibling.ts", allowed: true },
        { name: `${up}/errors.ts`, allowed: true },
        { name: `${up}/index.ts`, allowed: false },
        { name: `${up}/elsewhere/planted.ts`, allowed: false },
        ...folders
          .filter((other) => other !== folder)
          .map((other) => ({ name: `${up}/${other}/planted.ts`, allowed: allows(other) })),
      ];
      if (up !== "..") inside.push({ name: "../above.ts", allowed: true });
      if (up === "../../..") inside.push({ name: "../../above.ts", allowed: true });
      yield { path, imports: [...inside, ...outside].flatMap(everyForm) };
    }
  }
}

/** The rules beside the table: the public face, a folder without a row, tests and documentation. */
function* otherRules() {
  const from = (path, imports) => ({
    path,
    imports: imports.flatMap(([name, allowed]) => everyForm({ name, allowed })),
  });
  yield from("src/index.ts", [
    ...folders.map((folder) => [`./${folder}/planted.ts`, publicFace.includes(folder)]),
    ...[...builtins, ...packages].map((name) => [name, false]),
    ["./errors.ts", true],
  ]);
  yield from("src/elsewhere/planted.ts", [
    ["./sibling.ts", false],
    ["../text/planted.ts", false],
  ]);
  yield from("test/planted.test.ts", [
    ["fast-check", false],
    ["./property.ts", true],
    ["#src/text/planted.js", true],
    ["envoi", true],
  ]);
  yield from("test/fast-check.ts", [["fast-check", true]]);
  yield from("docs/demo/planted.ts", [
    ["#src/text/planted.js", false],
    ["../../src/index.ts", false],
    ["envoi/testing", true],
    ["node:net", true],
  ]);
}

function everyForm({ name, allowed }) {
  return [
    `import "${name}";`,
    `import type { Planted } from "${name}";`,
    `export * from "${name}";`,
    `await import("${name}");`,
  ].map((line) => ({ line, allowed }));
}

/** A cycle over two folders is seen. */
function cycles() {
  write("src/protocol/egg.ts", 'import "../address/hen.ts";\n');
  write("src/address/hen.ts", 'import "../protocol/egg.ts";\n');
  const refused = refusals("noImportCycles", ["src/protocol/egg.ts", "src/address/hen.ts"]);
  const expected = ["src/protocol/egg.ts:1", "src/address/hen.ts:1"];
  return expected
    .filter((place) => !refused.has(place))
    .map((place) => `${place}: the cycle must be refused`);
}

/** The places that Biome refuses, each "path:line". */
function refusals(rule, paths) {
  for (const name of ["biome.json", ".gitignore"]) copyFileSync(name, join(tree, name));
  const group = rule === "noImportCycles" ? "suspicious" : "style";
  const biome = join(process.cwd(), "node_modules", "@biomejs", "biome", "bin", "biome");
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [biome, "lint", `--only=${group}/${rule}`, "--max-diagnostics=none", "--reporter=json", ...paths],
    { cwd: tree, encoding: "utf8", maxBuffer: 1 << 28 },
  );
  if (!stdout.startsWith("{")) throw new Error(`Biome said nothing that can be read:\n${stdout}${stderr}`);
  const found = JSON.parse(stdout).diagnostics.filter(({ category }) => category === `lint/${group}/${rule}`);
  return new Set(found.map(({ location }) => `${location.path}:${location.start.line}`));
}

function write(path, text) {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}
