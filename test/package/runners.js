import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { nodeOf } from "./binaries.js";
import { project, root, run } from "./project.js";

const body = `
async () => {
  const server = await TestServer.start({ tls: "starttls", users: { ada: "secret" } });
  const transport = server.transport();
  try {
    await transport.send({ from: "a@example.com", to: "b@example.org", subject: "Grüße", text: "10 €" });
    const { parsed } = await server.waitForMessage({ to: "b@example.org" });
    if (parsed.subject !== "Grüße" || !Message.builder) throw new Error("another mail");
  } finally {
    await transport.close();
    await server.close();
  }
}`;
const imported = 'import { Message } from "envoi";\nimport { TestServer } from "envoi/testing";\n';
const required =
  'const { Message } = require("envoi");\nconst { TestServer } = require("envoi/testing");\nconst { test } = globalThis;\n';
const jest = join("node_modules", "jest", "bin", "jest.js");

/** Runs a test that logs in over TLS and waits for the mail, in each test runner. */
export const runners = [
  {
    name: "Jest 30, no configuration (CommonJS)",
    run: (tarball) =>
      suite("jest", "commonjs", ["jest@30"], tarball, required, process.execPath, [jest, "--ci"]),
  },
  {
    name: "Jest 30, ES modules",
    run: (tarball) => {
      const options = ["--experimental-vm-modules", jest, "--ci", "--transform={}"];
      return suite("jest-esm", "module", ["jest@30"], tarball, imported, process.execPath, options);
    },
  },
  {
    name: "vitest 5",
    async run(tarball) {
      const test = `import { test } from "vitest";\n${imported}`;
      const options = [join("node_modules", "vitest", "vitest.mjs"), "run"];
      await suite("vitest", "module", ["vitest@5"], tarball, test, await nodeOf("24"), options);
    },
  },
  {
    name: "node:test",
    run: (tarball) => {
      const test = `import { test } from "node:test";\n${imported}`;
      return suite("node-test", "module", [], tarball, test, process.execPath, ["--test"]);
    },
  },
  {
    name: "docs/examples: node:test, vitest, Jest in both ways, TypeScript",
    run: examples,
  },
];

/** Runs the test suites of docs/testing.md. */
async function examples(tarball) {
  const source = join(root, "docs", "examples");
  const { type, scripts, devDependencies } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const packages = Object.entries(devDependencies).map(([name, range]) => `${name}@${range}`);
  const folder = await project("examples", { type, scripts }, tarball, ...packages);
  for (const name of readdirSync(source)) {
    if (name !== "package.json" && /\.(js|json|ts)$/.test(name)) {
      copyFileSync(join(source, name), join(folder, name));
    }
  }
  const path = `${dirname(await nodeOf("24"))}${delimiter}${process.env.PATH}`;
  await run(folder, "npm", ["test"], { PATH: path });
}

async function suite(name, type, packages, tarball, head, program, words) {
  const folder = await project(name, { type }, tarball, ...packages);
  writeFileSync(join(folder, "mail.test.js"), `${head}\ntest("sends", ${body.trim()});\n`);
  await run(folder, program, words);
}
