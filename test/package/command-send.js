import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { nodeOf } from "./binaries.js";
import { run } from "./project.js";
import { empty } from "./runtimes.js";

/** Sends one mail and many by `npx envoi send`, in every line of Node. */
export const commandSend = ["20.19", "22", "24", "26"].map((line) => ({
  name: `npx envoi send, Node ${line}`,
  async run(tarball) {
    const [folder, node] = [await empty(tarball), await nodeOf(line)];
    const script = join(folder, "send.mjs");
    writeFileSync(script, sending);
    // npx and the first line of the command look for node there.
    const environment = { PATH: `${dirname(node)}:${process.env.PATH}` };
    assert.equal((await run(folder, node, [script], environment)).trim(), "sent");
  },
}));

const sending = `
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestServer } from "envoi/testing";

const folder = mkdtempSync(join(tmpdir(), "envoi-packed-send-"));
const server = await TestServer.start({ tls: "starttls", users: { jane: "secret" } });
writeFileSync(join(folder, "ca.pem"), server.ca);
writeFileSync(join(folder, "rows.csv"), 'email,name\\na@example.net,"Doe, Jo"\\nb@example.net,Zoë\\n');
writeFileSync(join(folder, "rows.jsonl"), '{"email":"c@example.net","name":"C"}\\n');
const common = ["--relay", "localhost:" + server.port, "--tls", "--ca", join(folder, "ca.pem"), "--from", "a@example.org"];
await envoi(["--to", "b@example.net", "--user", "jane", "--verbose"], 0, { ENVOI_PASSWORD: "secret" });
assert.equal(server.messages[0].session.authenticated.user, "jane");
const personal = ["--to", "{{name}} <{{email}}>", "--text", "Hello {{name}}"];
const state = ["--resume", join(folder, "state"), "--key", "email"];
for (let run = 0; run < 2; run++) await envoi([...personal, "--data", join(folder, "rows.csv"), ...state], 0);
await envoi([...personal, "--data", join(folder, "rows.jsonl")], 0);
assert.deepEqual(server.messages.map(({ to }) => to[0]).sort(), ["a@example.net", "b@example.net", "b@example.net", "c@example.net"]);
await envoi(["--to", "b@example.net", "--relay", "smtp://a:b@localhost"], 64);
await server.close();
console.log("sent");

function envoi(args, expected, environment = {}) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment };
    execFile("npx", ["--no-install", "envoi", "send", ...common, ...args], { env }, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      if (status === expected) resolve(stdout);
      else reject(new Error(args.join(" ") + " ended with " + status + ": " + stdout + stderr));
    });
  });
}
`;
