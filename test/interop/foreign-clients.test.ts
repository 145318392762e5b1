import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { assertNoFindings, TestServer } from "envoi/testing";
import { makeCertificates } from "./certificates.ts";
import type { Destination, ForeignClient, Mode } from "./clients/client.ts";
import { curl } from "./clients/curl.ts";
import { msmtp } from "./clients/msmtp.ts";
import { nodemailer } from "./clients/nodemailer.ts";
import { describeMode, serverFor } from "./clients/server-for.ts";
import { smtplib } from "./clients/smtplib.ts";
import { swaks } from "./clients/swaks.ts";
import { run } from "./program.ts";

// Each of them in every way it has, into a server that offers this way only: what arrives is what was sent, and the
// laboratory finds nothing but what the client is known for.

const user = "ada";
const password = 'open "sesame" \\ 50%';
const token = "ya29.a0_-~+/==";

const from = "sender@client.example";
const to = ["one@server.example", "two@server.example"];

const head = [
  "From: sender@client.example",
  "To: one@server.example",
  "Date: Thu, 1 Jan 2026 00:00:00 +0000",
  "Message-ID: <1@client.example>",
  "Subject: a subject that is long enough for it to be folded, which",
  "\tno client has to understand",
];
const body = [".", "..", ".a dot in front", "trailing spaces  ", "", "tab\tand %", `${"x".repeat(998)}`];
const message = [...head, "", ...body, ""].join("\r\n");
const message8bit = [...head, "MIME-Version: 1.0", "Content-Transfer-Encoding: 8bit", "", "Grüße", ""].join(
  "\r\n",
);

for (const client of [swaks, msmtp, curl, smtplib, nodemailer]) {
  test(`${client.name} into a TestServer`, async (t) => {
    const certificates = await makeCertificates();
    const directory = await mkdtemp(join(tmpdir(), "envoi-clients-"));
    t.after(() => rm(directory, { recursive: true }));
    const caFile = join(directory, "ca.pem");
    await writeFile(caFile, certificates.ca);
    const [certificateFile, keyFile] = [join(directory, "client.pem"), join(directory, "client.key")];
    await writeFile(certificateFile, certificates.certificate);
    await writeFile(keyFile, certificates.key, { mode: 0o600 });
    for (const secret of ["password", "token"] as const)
      await writeFile(join(directory, secret), secret === "token" ? token : password);
    const destination = (mode: Mode, port: number): Destination => {
      const secretFile = join(directory, isToken(mode) ? "token" : "password");
      const secret = { user, secret: secretOf(mode), secretFile, certificateFile, keyFile };
      return { ...mode, port, ca: certificates.ca, caFile, ...secret };
    };

    for (const mode of client.modes) {
      await t.test(describeMode(mode), async () => {
        await using server = await TestServer.start(
          serverFor(mode, certificates, { [user]: secretOf(mode) }),
        );
        await client.deliver(destination(mode, server.port), { from, to, message });
        assertArrived(server, message, mode);
        assertNoFindings(server);
      });
    }

    await t.test("delivers a message that is not ASCII", async () => {
      const mode = { tls: "none" } as const;
      await using server = await TestServer.start(serverFor(mode, certificates, { [user]: secretOf(mode) }));
      await client.deliver(destination(mode, server.port), { from, to, message: message8bit });
      assertArrived(server, message8bit, mode);
      assertFindings(server, client.with8bit);
    });

    if (client.utf8 === true)
      await t.test("delivers to an address that is not ASCII", async () => {
        const mode = { tls: "none" } as const;
        await using server = await TestServer.start(serverFor(mode, certificates, {}));
        await client.deliver(destination(mode, server.port), {
          from,
          to: ["jürgen@server.example"],
          message,
        });
        assert.deepEqual(server.messages[0]?.to, ["jürgen@server.example"]);
        assert.equal(server.messages[0]?.envelope.parameters.SMTPUTF8, true);
        assertNoFindings(server);
      });

    if (client.dsn === true)
      await t.test("asks for notifications", async () => {
        const mode = { tls: "none" } as const;
        await using server = await TestServer.start(serverFor(mode, certificates, {}));
        await client.deliver(destination(mode, server.port), { from, to, message, dsn: true });
        const { parameters, to: recipients } = server.messages[0]?.envelope ?? assert.fail("nothing came");
        assert.equal(parameters.RET, "HDRS");
        for (const recipient of recipients)
          assert.deepEqual(recipient.parameters.NOTIFY, ["SUCCESS", "FAILURE"]);
        assertNoFindings(server);
      });

    for (const mode of client.modes.filter(
      ({ mechanism, tls }) => mechanism !== undefined && mechanism !== "EXTERNAL" && tls === "implicit",
    )) {
      await t.test(`refuses a wrong password with ${describeMode(mode)}, and receives nothing`, async () => {
        await using server = await TestServer.start(serverFor(mode, certificates, { [user]: "other" }));
        await assert.rejects(client.deliver(destination(mode, server.port), { from, to, message }));
        assert.equal(server.messages.length, 0);
      });
    }
  });
}

const isToken = ({ mechanism }: Mode): boolean => mechanism === "XOAUTH2" || mechanism === "OAUTHBEARER";

const secretOf = (mode: Mode): string => (isToken(mode) ? token : password);

function assertArrived(server: TestServer, sent: string, { tls, mechanism }: Mode): void {
  const [mail, ...more] = server.messages;
  assert.equal(more.length, 0);
  assert.equal(mail?.raw.toString(), sent);
  assert.equal(String(mail?.envelope.from), from);
  assert.deepEqual(mail?.to, to);
  assert.equal(mail?.session.tls !== undefined, tls !== "none");
  assert.equal(mail?.session.authenticated?.mechanism, mechanism);
  assert.equal(mail?.session.authenticated?.user, mechanism && user);
}

function assertFindings(server: TestServer, expected: ForeignClient["with8bit"] = []): void {
  const found = server.findings.map(({ rule, text }) => ({ rule, text }));
  assert.deepEqual(new Set(found.map(({ rule }) => rule)), new Set(expected), JSON.stringify(found));
}

for (const lmtp of [false, true]) {
  for (const options of [[], ["-d"]]) {
    test(`smtp-source, ${lmtp ? "LMTP" : "SMTP"}, ${options.length > 0 ? "connections kept" : "one for each mail"}`, async () => {
      await using server = await TestServer.start({ lmtp });
      const load = ["-m", "40", "-s", "4", "-r", "2", "-l", "4096", "-f", from, "-t", to[0] as string];
      await run("smtp-source", [...options, ...(lmtp ? ["-L"] : []), ...load, `127.0.0.1:${server.port}`]);
      assert.equal(server.messages.length, 40);
      assert.ok(server.messages.every((mail) => mail.raw.length >= 4096 && mail.to.length === 2));
      assertFindings(server, []);
    });
  }
}
