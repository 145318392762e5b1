import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { nodeOf } from "./binaries.js";
import { run } from "./project.js";
import { empty } from "./runtimes.js";

/** Catches mail as a user does: by the command in an empty project, and by `Catcher` in a program of either kind. */
export const catcher = [
  {
    name: "catcher: npx envoi catch --json",
    run: async (tarball) => {
      const npx = process.platform === "win32" ? "npx.cmd" : "npx";
      await byCommand(await empty(tarball), npx, ["envoi"]);
    },
  },
  ...["20.19", "22", "24", "26"].flatMap((line) => [
    {
      name: `catcher: envoi catch, Node ${line}`,
      run: async (tarball) => {
        const folder = await empty(tarball);
        await byCommand(folder, await nodeOf(line), [join("node_modules", "envoi", "dist", "esm", "cli.js")]);
      },
    },
    {
      name: `catcher: Catcher.start, import and require, Node ${line}`,
      run: async (tarball) => {
        const folder = await empty(tarball);
        writeFileSync(join(folder, "catcher.mjs"), `import { Catcher } from "envoi/catcher";\n${program}`);
        writeFileSync(
          join(folder, "catcher.cjs"),
          `const { Catcher } = require("envoi/catcher");\n${program}`,
        );
        const node = await nodeOf(line);
        for (const file of ["catcher.mjs", "catcher.cjs"])
          assert.equal((await run(folder, node, [file])).trim(), "Hello", file);
      },
    },
  ]),
  {
    name: "catcher: brings nothing with it but notices",
    async run(tarball) {
      const folder = await empty(tarball);
      const brought = readdirSync(join(folder, "node_modules"));
      for (const name of ["hono", "ws", "preact", "commander"]) {
        assert.ok(!brought.includes(name), name);
        const notices = readFileSync(
          join(folder, "node_modules", "envoi", "dist", "esm", "LICENSES.txt"),
          "utf8",
        );
        assert.match(notices, new RegExp(`^${name} \\d`, "m"));
      }
      assert.ok(existsSync(join(folder, "node_modules", ".bin", "envoi")));
    },
  },
];

const program = `
(async () => {
  const catcher = await Catcher.start();
  await catcher.server.transport().send({ from: "a@a.test", to: "b@b.test", subject: "Hello", text: "Hi" });
  const { messages } = await (await fetch(catcher.url + "/api/v1/messages")).json();
  const page = await (await fetch(catcher.url)).text();
  if (!page.includes("<script")) throw new Error(page);
  const events = new URL("/api/events", catcher.url.replace("http", "ws"));
  if (globalThis.WebSocket !== undefined)
    await new Promise((resolve, reject) => {
      const socket = new WebSocket(events);
      socket.onopen = () => { socket.close(); resolve(); };
      socket.onerror = reject;
    });
  await catcher.close();
  console.log(messages[0].Subject);
})();
`;

async function byCommand(folder, command, words) {
  const keep = join(folder, "caught");
  const args = [
    ...words,
    "catch",
    "--smtp",
    "127.0.0.1:0",
    "--http",
    "127.0.0.1:0",
    "--keep",
    keep,
    "--json",
  ];
  const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const ended = new Promise((resolve) => child.once("exit", (status, signal) => resolve(status ?? signal)));
    const { smtp, http } = JSON.parse(
      await new Promise((resolve, reject) => {
        createInterface({ input: child.stdout }).once("line", resolve);
        child.once("exit", (status) => reject(new Error(`it ended with ${status}`)));
      }),
    );
    writeFileSync(
      join(folder, "send.mjs"),
      [
        'import { SmtpTransport } from "envoi";',
        "const transport = SmtpTransport.fromUrl(process.argv[2]).build();",
        'await transport.send({ from: "a@a.test", to: "b@b.test", subject: "Hello", text: "Hi" });',
        "await transport.close();",
      ].join("\n"),
    );
    await run(folder, process.execPath, ["send.mjs", smtp]);
    const wait = await (await fetch(`${http}/api/lab/wait?to=b@b.test`)).json();
    assert.equal(wait.subject, "Hello");
    child.kill("SIGTERM");
    // npx passes no signal on, but the command notices that npx has gone.
    assert.ok([0, "SIGTERM", 143].includes(await ended));
    const answers = () =>
      fetch(`${http}/livez`).then(
        () => true,
        () => false,
      );
    for (const end = Date.now() + 30_000; await answers(); ) {
      assert.ok(Date.now() < end, "it still runs");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.ok(readdirSync(keep).some((name) => name.endsWith(".eml")));
  } finally {
    child.kill("SIGKILL");
  }
}
