import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { entryPoints } from "../../.ci/entry-points.js";
import { filesBelow } from "../../.ci/files.js";
import { project, root, run, work } from "./project.js";
import { empty } from "./runtimes.js";

const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
const own = async (tarball) => join(await empty(tarball), "node_modules", "envoi");

/** Checks the contents of the tarball and what is installed with it. */
export const contents = [
  {
    name: "tarball: dist, src, docs and texts, no tests, no folder of the machine",
    async run(tarball) {
      const folder = await own(tarball);
      const paths = filesBelow(folder, "").map((path) => path.slice(folder.length + 1));
      const wanted = ["README.md", "CHANGELOG.md", "LICENSE", "src/index.ts", "docs/runtimes.md"];
      if (existsSync("SECURITY.md")) wanted.push("SECURITY.md");
      for (const module of Object.values(entryPoints)) {
        const [entry] = module.split("/");
        wanted.push(`dist/esm/${entry}.js`, `dist/cjs/${entry}.cjs`);
        for (const types of ["types", "types-cjs"]) wanted.push(`dist/${types}/${module}.d.ts`);
      }
      assert.deepEqual(
        wanted.filter((path) => !paths.includes(path)),
        [],
        "missing",
      );
      assert.deepEqual(
        paths.filter((path) => /tsbuildinfo|^(?:test|bench|docs\/(?:demo|site)|\.)/.test(path)),
        [],
        "too much",
      );
      for (const path of paths) {
        const text = readFileSync(join(folder, path), "utf8");
        assert.ok(!text.includes(root) && !text.includes(work), `${path} names a folder of this machine`);
      }
    },
  },
  {
    name: "declarations: no type of a dependency, and maps that lead to src",
    async run(tarball) {
      const folder = await own(tarball);
      const declarations = filesBelow(join(folder, "dist"), ".d.ts");
      assert.ok(declarations.length > 100);
      for (const path of declarations) {
        const text = readFileSync(path, "utf8");
        for (const name of Object.keys(dependencies)) {
          assert.ok(!new RegExp(`["']${name}["'/]`).test(text), `${path} declares types of ${name}`);
        }
        const { sources, sourceRoot = "" } = JSON.parse(readFileSync(`${path}.map`, "utf8"));
        for (const source of sources) {
          const leadsTo = join(dirname(path), sourceRoot, source);
          assert.ok(leadsTo.startsWith(join(folder, "src")) && existsSync(leadsTo), `${path} leads nowhere`);
        }
      }
    },
  },
  {
    name: "JavaScript: stacks name the lines of src with --enable-source-maps",
    async run(tarball) {
      const folder = await empty(tarball);
      writeFileSync(join(folder, "stack.mjs"), thrown);
      const stack = await run(folder, process.execPath, ["--enable-source-maps", "stack.mjs"]);
      for (const [file, called] of [
        ["message-fields.ts", "Object.keys("],
        ["message.ts", "readFields("],
      ]) {
        const [, line] = new RegExp(`src/message/${file}:(\\d+)`).exec(stack.replaceAll("\\", "/")) ?? [];
        assert.ok(line !== undefined, `${file} is not in ${stack}`);
        const source = readFileSync(join(await own(tarball), "src", "message", file), "utf8");
        assert.ok(source.split("\n")[line - 1].includes(called), `${file}:${line} does not call ${called})`);
      }
    },
  },
  {
    name: "installed: at most 10 MB without node-forge, and no nodemailer",
    async run(tarball) {
      const packages = join(await empty(tarball), "node_modules");
      assert.ok(!existsSync(join(packages, "nodemailer")));
      const files = filesBelow(packages, "", ["node-forge"]);
      const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
      assert.ok(bytes <= 10_000_000, `${bytes} bytes are installed`);
      return `${bytes} bytes`;
    },
  },
  { name: "publint --strict", run: (tarball) => tool("publint", "--strict", tarball) },
  { name: "are the types wrong", run: (tarball) => tool("attw", tarball) },
  {
    name: "SOCKS, with the package socks and without",
    async run(tarball) {
      const without = await empty(tarball);
      const withIt = await project("socks", {}, tarball, "socks@2.8");
      const outputs = [];
      for (const folder of [without, withIt]) {
        writeFileSync(join(folder, "proxied.mjs"), proxied);
        outputs.push((await run(folder, process.execPath, ["proxied.mjs"])).trim());
      }
      assert.match(outputs[0], /need the package socks.*npm install socks/);
      assert.match(outputs[1], /^the SOCKS proxy did not connect/);
    },
  },
];

/** Throws within envoi, while it reads the fields of a message. */
const thrown = `
import { Message } from "envoi";

const fields = new Proxy({}, { ownKeys() { throw new Error("no keys"); } });
try {
  Message.create(fields);
} catch (error) {
  console.log(error.stack);
}
`;

/** Uses a proxy that closes: the error shows whether the package was found. */
const proxied = `
import { createServer } from "node:net";
import { SmtpTransport } from "envoi";

const proxy = createServer((socket) => socket.on("error", () => {}).end("x"));
proxy.listen(0, "127.0.0.1", async () => {
  const transport = SmtpTransport.relay("mail.example.org").proxy("socks5://127.0.0.1:" + proxy.address().port).build();
  await transport.send({ from: "a@example.com", to: "b@example.com", text: "x" }).catch((error) => console.log(error.message));
  await transport.close();
  proxy.close();
});
`;

async function tool(name, ...words) {
  const folder = join(root, "node_modules", ...(name === "attw" ? ["@arethetypeswrong", "cli"] : [name]));
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  await run(root, process.execPath, [join(folder, typeof bin === "string" ? bin : bin[name]), ...words]);
}
