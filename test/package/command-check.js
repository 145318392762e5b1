import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { nodeOf } from "./binaries.js";
import { run } from "./project.js";
import { empty } from "./runtimes.js";

/** Checks a server and a domain, and verifies a mail, by `npx envoi`, in every line of Node. */
export const commandCheck = ["20.19", "22", "24", "26"].map((line) => ({
  name: `npx envoi check and verify, Node ${line}`,
  async run(tarball) {
    const [folder, node] = [await empty(tarball), await nodeOf(line)];
    const script = join(folder, "check.mjs");
    writeFileSync(script, checking);
    // npx and the first line of the command look for node there.
    const environment = { PATH: `${dirname(node)}:${process.env.PATH}` };
    assert.equal((await run(folder, node, [script], environment)).trim(), "checked");
  },
}));

const checking = `
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestServer } from "envoi/testing";

const folder = mkdtempSync(join(tmpdir(), "envoi-packed-check-"));
const file = (name, content) => (writeFileSync(join(folder, name), content), join(folder, name));

const server = await TestServer.start({ tls: "starttls", users: { jane: "secret" } });
const target = "smtp://jane@localhost:" + server.port + "?tls=required";
const trusted = ["--ca", file("ca.pem", server.ca)];
const accepted = JSON.parse(await envoi(["check", target, ...trusted, "--json"], { ENVOI_PASSWORD: "secret" }));
assert.deepEqual(errors(accepted), []);
const refused = JSON.parse(await envoi(["check", target, ...trusted, "--json"], { ENVOI_PASSWORD: "wrong" }, 1));
assert.deepEqual(errors(refused), ["login-refused"]);
const untrusted = JSON.parse(await envoi(["check", target, "--json"], { ENVOI_PASSWORD: "secret" }, 1));
assert.notEqual(untrusted.findings[0].severity, "advice");
await server.close();

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = publicKey.export({ type: "spki", format: "der" }).toString("base64");
const zone = file("zone.json", JSON.stringify({
  "example.org": { MX: [[10, "mx.example.org"]], TXT: ["v=spf1 ip4:192.0.2.1 -all"] },
  "mx.example.org": { A: "192.0.2.1" },
  "s1._domainkey.example.org": { TXT: "v=DKIM1; p=" + key },
  "_dmarc.example.org": { TXT: "v=DMARC1; p=reject" },
}));
const domain = JSON.parse(await envoi(["check", "example.org", "--no-connect", "--zone", zone, "--json", "--selector", "s1"]));
assert.deepEqual(errors(domain), []);
const signing = "domain=example.org,selector=s1,key=" + file("key.pem", privateKey.export({ type: "pkcs8", format: "pem" }));
const mail = await envoi(["send", "--dry-run", "--from", "a@example.org", "--to", "b@example.net", "--dkim", signing]);
const origin = ["--ip", "192.0.2.1", "--hello", "mx.example.org", "--from", "a@example.org"];
await envoi(["verify", file("mail.eml", mail), "--zone", zone, ...origin]);
await envoi(["verify", file("changed.eml", mail + "more\\r\\n"), "--zone", zone, "--ip", "192.0.2.9"], {}, 1);
await envoi(["verify", join(folder, "missing.eml"), "--zone", zone], {}, 66);
console.log("checked");

function errors({ findings }) {
  return findings.filter(({ severity }) => severity === "error").map(({ code }) => code);
}

function envoi(args, environment = {}, expected = 0) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment };
    execFile("npx", ["--no-install", "envoi", ...args], { env }, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      if (status === expected) resolve(stdout);
      else reject(new Error(args.join(" ") + " ended with " + status + ": " + stdout + stderr));
    });
  });
}
`;
