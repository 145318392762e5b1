import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { access } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { Aiosmtpd } from "./aiosmtpd.ts";
import { makeCertificates } from "./certificates.ts";
import { INBOX_DOMAIN, offers, type Service, services } from "./configuration.ts";
import { Dovecot } from "./dovecot.ts";
import { Exim } from "./exim.ts";
import { MailServer } from "./mail-server.ts";
import { NodeSmtpServer } from "./node-smtp-server.ts";
import { OpenSmtpd } from "./opensmtpd.ts";
import { Postfix } from "./postfix.ts";
import { attempt, run } from "./program.ts";
import { sendBySmtplib } from "./python.ts";
import { SmtpSink } from "./smtp-sink.ts";
import { untilSeen } from "./watched.ts";

// The oracle is tested with a client that is not envoi, so that a failure elsewhere can be trusted.

for (const [name, server] of [
  ["Postfix", Postfix],
  ["Exim", Exim],
  ["aiosmtpd", Aiosmtpd],
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
      await t.test(`delivers mail from ${service} byte for byte`, async () => {
        const to = `${service}@${INBOX_DOMAIN}`;
        await send(service, to);
        const delivered = await oracle.delivered(to);
        assert.equal(delivered.message.toString(), message);
        assert.equal(delivered.returnPath, "sender@interop.example");
        const { tls, auth } = offers[service];
        assert.equal(/TLSv?1\.3/.test(delivered.received), tls !== "none");
        assert.equal(/Authenticated sender: ada\b|with esmtps?a /i.test(delivered.received), auth);
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

test("the OpenSMTPD of these tests delivers byte for byte, and refuses", async (t) => {
  await using oracle = await OpenSmtpd.start();
  t.afterEach(oracle.explain);
  // It adds these if they are missing; this cannot be turned off.
  const head = "Date: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@x.example>\r\nFrom: s@x.example\r\n";
  const message = `${head}\r\n..two dots, one dot:\r\n.\r\n\u00fc in UTF-8\r\n\r\n`;
  const how = { port: oracle.ports.plain, tls: "none", ca: "", from: "sender@interop.example" } as const;
  await sendBySmtplib({ ...how, to: `a@${INBOX_DOMAIN}`, options: ["BODY=8BITMIME"] }, message);
  assert.equal((await oracle.delivered(`a@${INBOX_DOMAIN}`)).message.toString(), message);
  await assert.rejects(
    sendBySmtplib({ ...how, to: `nobody@${INBOX_DOMAIN}` }, message),
    /550.*Invalid recipient/,
  );
});

test("the Dovecot of these tests takes LMTP, with and without TLS, and answers each recipient", async (t) => {
  await using oracle = await Dovecot.start({ users: ["ada", "bob"] });
  t.afterEach(oracle.explain);
  for (const [service, user, options] of [
    ["plain", "ada", []],
    ["plain", "bob", ["--tls"]],
    ["wrapper", "ada", ["--tls-on-connect"]],
  ] as const) {
    const to = `${user}@${INBOX_DOMAIN},nobody@${INBOX_DOMAIN}`;
    const server = ["--protocol", "LMTP", "--server", `127.0.0.1:${oracle.ports[service]}`];
    const { stdout } = await attempt("swaks", [
      ...server,
      ...options,
      "--to",
      to,
      "--data",
      "Subject: x\n\n..\n",
    ]);
    assert.match(stdout.toString(), /550 5\.1\.1 /);
    const { message } = await oracle.delivered(`${user}@${INBOX_DOMAIN}`);
    assert.equal(message.toString(), "Subject: x\r\n\r\n..\r\n\r\n");
  }
  assert.equal((await oracle.deliveries(`ada@${INBOX_DOMAIN}`, 2)).length, 2);
});

test("the smtp-sink of these tests keeps the mail it accepts", async () => {
  await using sink = await SmtpSink.start();
  const how = { port: sink.port, tls: "none", ca: "", from: "s@x.example" } as const;
  await sendBySmtplib({ ...how, to: ["a@x.example", "b@x.example"] }, "Subject: x\r\n\r\n.\r\n");
  const [mail] = await sink.sunk();
  assert.deepEqual(mail, {
    from: "s@x.example",
    to: ["a@x.example", "b@x.example"],
    message: Buffer.from("Subject: x\r\n\r\n.\r\n"),
  });
});

for (const tls of ["none", "starttls", "wrapper"] as const) {
  test(`the smtp-server of these tests takes mail over TLS ${tls} from a client that has logged in`, async () => {
    const certificates = await makeCertificates();
    await using server = await NodeSmtpServer.start({ tls, certificates, auth: true });
    const { user, password } = MailServer;
    const how = { port: server.port, tls, ca: certificates.ca, from: "s@x.example", to: "a@x.example" };
    await assert.rejects(sendBySmtplib(how, "x"), /530/);
    await sendBySmtplib({ ...how, user, password }, "Subject: x\r\n\r\n.\r\n");
    const [mail] = server.taken;
    assert.equal(mail?.message.toString(), "Subject: x\r\n\r\n.\r\n");
    assert.deepEqual([mail?.from, mail?.to, mail?.user], ["s@x.example", ["a@x.example"], user]);
    assert.equal(mail?.secure, tls !== "none");
  });
}

for (const [name, server] of [
  ["Postfix", "Postfix"],
  ["Exim", "Exim"],
  ["OpenSMTPD", "OpenSmtpd"],
] as const) {
  test(`nothing is left of ${name} after it is disposed`, async () => {
    const { [server]: Server } = await import(`./${name.toLowerCase()}.js`);
    const oracle = await Server.start();
    const { directory, supervisor } = oracle.daemon;
    await oracle[Symbol.asyncDispose]();
    await assert.rejects(access(directory), { code: "ENOENT" });
    assert.throws(() => process.kill(supervisor, 0), { code: "ESRCH" });
    for (const port of Object.values<number>(oracle.ports)) await assertNobodyListens(port);
  });

  test(`nothing is left of ${name} after its test is killed`, async () => {
    const killed = `
    const { ${server}: Server } = await import(${JSON.stringify(import.meta.resolve(`./${name.toLowerCase()}.js`))});
    const { ports, daemon } = await Server.start();
    process.stdout.write(JSON.stringify({ ports, directory: daemon.directory }), () => process.kill(process.pid, "SIGKILL"));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", killed], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const { ports, directory } = JSON.parse((await child.stdout.toArray()).join(""));
    const gone = async (): Promise<true | undefined> => (existsSync(directory) ? undefined : true);
    await untilSeen(tmpdir(), gone, () => `${directory} is still there`);
    for (const port of Object.values<number>(ports)) await assertNobodyListens(port);
  });
}

test("a missing program fails with the name of its package", async (t) => {
  const { PATH } = process.env;
  t.after(() => Object.assign(process.env, { PATH }));
  Object.assign(process.env, { PATH: "/nonexistent" });
  await assert.rejects(run("swaks", ["--version"]), /apt-get install .* swaks/);
});

const assertNobodyListens = (port: number): Promise<void> =>
  assert.rejects(once(connect(port, "127.0.0.1"), "connect"), { code: "ECONNREFUSED" });
