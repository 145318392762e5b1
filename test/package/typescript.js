import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { sends } from "./consumer.js";
import { attempt, describe, project, root, run } from "./project.js";

const compilers = ["5.4", "5.9", "6", "7"];
const nodes = ["20", "22", "24", "26"];
const settings = {
  "nodenext, ES module": { type: "module", module: "nodenext" },
  "nodenext, CommonJS": { type: "commonjs", module: "nodenext" },
  "node16, ES module": { type: "module", module: "node16" },
  "node16, CommonJS": { type: "commonjs", module: "node16" },
  bundler: { type: "module", module: "esnext", moduleResolution: "bundler" },
  "commonjs, node10": { type: "commonjs", module: "commonjs", moduleResolution: "node10" },
};

/**
 * Compiles with every TypeScript and every setting, and with the types of every Node; declarations are checked too.
 * TypeScript 7 no longer has the old resolution.
 */
const compiled = compilers.flatMap((compiler, shift) =>
  Object.entries(settings)
    .filter(([name]) => !(compiler === "7" && name.includes("node10")))
    .map(([name, setting], index) => {
      const node = nodes[(index + shift) % nodes.length];
      return {
        name: `TypeScript ${compiler}, @types/node ${node}, ${name}`,
        run: (tarball) => compile(tarball, compiler, node, setting),
      };
    }),
);

export const typescript = [
  ...compiled,
  { name: "TypeScript 5.9: a class has one type, whether imported or required", run: passedOn },
];

let shared;

async function compile(tarball, compiler, node, { type, ...options }) {
  const folder = await consumer(tarball, [compiler, node, type, ...Object.values(options)].join("-"), node);
  describe(folder, { type });
  copyFileSync(join(root, "test", "package", "consumer.ts"), join(folder, "consumer.ts"));
  const compilerOptions = {
    ...{ target: "es2022", outDir: "out", strict: true, skipLibCheck: false, esModuleInterop: true },
    ...{ exactOptionalPropertyTypes: true, ...options },
    ...(compiler === "6" && options.moduleResolution === "node10" && { ignoreDeprecations: "6.0" }),
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  const { output } = await attempt(folder, process.execPath, [tsc(folder, compiler), "--pretty", "false"]);
  // The types of Node 26 do not compile with TypeScript 5.4; everything else must.
  const errors = output
    .split("\n")
    .filter((line) => /error TS/.test(line) && !line.includes(`types-${node}/`));
  if (errors.length > 0) throw new Error(errors.join("\n"));
  await sends(folder, process.execPath, [join("out", "consumer.js")]);
}

/** An ES module gives an address to a CommonJS module; `#private` fields make types of two declarations differ. */
async function passedOn(tarball) {
  const folder = await consumer(tarball, "passed-on", "20");
  writeFileSync(
    join(folder, "takes.cts"),
    'import { Address } from "envoi";\n\nexport const domain = (address: Address): string => address.domain;\n',
  );
  writeFileSync(
    join(folder, "gives.mts"),
    'import { Address } from "envoi";\nimport { domain } from "./takes.cjs";\n\nconsole.log(domain(Address.parse("a@example.com")));\n',
  );
  const options = ["--module", "nodenext", "--target", "es2022", "--strict", "--outDir", "out"];
  await run(folder, process.execPath, [tsc(folder, "5.9"), ...options, "takes.cts", "gives.mts"]);
  assert.equal((await run(folder, process.execPath, [join("out", "gives.mjs")])).trim(), "example.com");
}

/** A folder that has envoi, every TypeScript, and the types of a Node. */
async function consumer(tarball, name, node) {
  shared ??= project(
    "typescript",
    {},
    tarball,
    ...compilers.map((version) => `typescript-${version}@npm:typescript@${version}`),
    ...nodes.map((version) => `types-${version}@npm:@types/node@${version}`),
  );
  const folder = join(await shared, name);
  mkdirSync(join(folder, "node_modules", "@types"), { recursive: true });
  symlinkSync(
    join(await shared, "node_modules", `types-${node}`),
    join(folder, "node_modules", "@types", "node"),
  );
  return folder;
}

function tsc(folder, compiler) {
  return join(folder, "..", "node_modules", `typescript-${compiler}`, "bin", "tsc");
}
