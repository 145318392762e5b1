import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { access } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { INBOX_DOMAIN, offers, type Service, services } from "./configuration.ts";
import { Exim } from "./exim.ts";
import { Postfix } from "./postfix.ts";
import { run } from "./program.ts";
import { sendBySmtplib } from "./python.ts";
import { untilSeen } from "./watched.ts";

// The oracle is tested with a client that is not envoi, so that a failure elsewhere can be trusted.

for (const [name, server] of [
  ["Postfix", Postfix],
  ["Exim", Exim],
] as const) {
  test(`the ${name} of these tests`, async (t) => {
    await using oracle = await server.start();
    t.afterEach(oracle.explain);

    const message = [
      "Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=",
      "Bcc: kept@elsewhere.example",
      "To: bare",
      "X-Long: folded",
      "\tonce",
      "",
      "..two dots, one dot:",
      ".",
      `${"x".repeat(998)}`,
      "\u00fc in UTF-8, tab\t, trailing blanks  ",
      "",
      "",
    ].join("\r\n");

    const send = async (service: Service, to: string, options: readonly string[] = []): Promise<void> => {
      const { tls, auth } = offers[service];
      const how = {
        port: oracle.ports[service],
        tls,
        ca: oracle.certificates.ca,
        from: "sender@interop.example",
        to,
        options: ["BODY=8BITMIME", ...options],
        ...(auth && { user: server.user, password: server.password }),
      };
      await sendBySmtplib(how, message);
    };

    for (const service of services) {
      await t.test(`delivers byte for byte what comes in on ${service}`, async () => {
        const to = `${service}@${INBOX_DOMAIN}`;
        await send(service, to);
        const delivered = await oracle.delivered(to);
        assert.equal(delivered.message.toString(), message);
        assert.equal(delivered.returnPath, "sender@interop.example");
        const { tls, auth } = offers[service];
        assert.equal(/TLSv?1\.3/.test(delivered.received), tls !== "none");
        assert.equal(/Authenticated sender: ada\b|with esmtps?a /.test(delivered.received), auth);
      });
    }

    await t.test("takes a recipient that is not ASCII", async () => {
      await send("plain", `jürgen@${INBOX_DOMAIN}`, ["SMTPUTF8"]);
      const delivered = await oracle.delivered(`jürgen@${INBOX_DOMAIN}`);
      assert.equal(delivered.message.toString(), message);
    });

    await t.test("refuses an unknown recipient, and a domain that is not its own", async () => {
      await assert.rejects(send("plain", `nobody@${INBOX_DOMAIN}`), /550.*5\.1\.1/);
      await assert.rejects(send("plain", "somebody@elsewhere.example"), /5\.\d\.\d.*relays nothing/);
    });
  });
}

test("nothing is left of a Postfix that was disposed of", async () => {
  const postfix = await Postfix.start();
  const { directory, supervisor } = postfix.daemon;
  await postfix[Symbol.asyncDispose]();
  await assert.rejects(access(directory), { code: "ENOENT" });
  assert.throws(() => process.kill(supervisor, 0), { code: "ESRCH" });
  for (const port of Object.values(postfix.ports)) await assertNobodyListens(port);
});

test("nothing is left of a Postfix whose test was killed", async () => {
  const killed = `
    const { Postfix } = await import(${JSON.stringify(import.meta.resolve("./postfix.js"))});
    const { ports, daemon } = await Postfix.start();
    process.stdout.write(JSON.stringify({ ports, directory: daemon.directory }), () => process.kill(process.pid, "SIGKILL"));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", killed], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { ports, directory } = JSON.parse((await child.stdout.toArray()).join(""));
  const gone = async (): Promise<true | undefined> => (existsSync(directory) ? undefined : true);
  await untilSeen(tmpdir(), gone, () => `${directory} is still there`);
  for (const port of Object.values<number>(ports)) await assertNobodyListens(port);
});

test("a program that is not there is a failure which names the package", async (t) => {
  const { PATH } = process.env;
  t.after(() => Object.assign(process.env, { PATH }));
  Object.assign(process.env, { PATH: "/nonexistent" });
  await assert.rejects(run("swaks", ["--version"]), /apt-get install .* swaks/);
});

const assertNobodyListens = (port: number): Promise<void> =>
  assert.rejects(once(connect(port, "127.0.0.1"), "connect"), { code: "ECONNREFUSED" });
