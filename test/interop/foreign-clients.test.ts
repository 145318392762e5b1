import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { TestServer } from "envoi/testing";
import { makeCertificates } from "./certificates.ts";
import type { Destination, ForeignClient, Mode } from "./clients/client.ts";
import { curl } from "./clients/curl.ts";
import { msmtp } from "./clients/msmtp.ts";
import { nodemailer } from "./clients/nodemailer.ts";
import { describeMode, serverFor } from "./clients/server-for.ts";
import { smtplib } from "./clients/smtplib.ts";
import { swaks } from "./clients/swaks.ts";

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
    for (const secret of ["password", "token"] as const)
      await writeFile(join(directory, secret), secret === "token" ? token : password);
    const destination = (mode: Mode, port: number): Destination => {
      const secretFile = join(directory, isToken(mode) ? "token" : "password");
      return { ...mode, port, ca: certificates.ca, caFile, user, secret: secretOf(mode), secretFile };
    };

    for (const mode of client.modes) {
      await t.test(describeMode(mode), async () => {
        await using server = await TestServer.start(
          serverFor(mode, certificates, { [user]: secretOf(mode) }),
        );
        await client.deliver(destination(mode, server.port), { from, to, message });
        assertArrived(server, message, mode);
        assertFindings(server, client.always);
      });
    }

    await t.test("a message that is not ASCII", async () => {
      const mode = { tls: "none" } as const;
      await using server = await TestServer.start(serverFor(mode, certificates, { [user]: secretOf(mode) }));
      await client.deliver(destination(mode, server.port), { from, to, message: message8bit });
      assertArrived(server, message8bit, mode);
      assertFindings(server, [...(client.always ?? []), ...(client.with8bit ?? [])]);
    });

    for (const mode of client.modes.filter(
      ({ mechanism, tls }) => mechanism !== undefined && tls === "implicit",
    )) {
      await t.test(`${describeMode(mode)}: a wrong password is refused, and nothing arrives`, async () => {
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

function assertFindings(server: TestServer, expected: ForeignClient["always"] = []): void {
  const found = server.findings.map(({ rule, text }) => ({ rule, text }));
  assert.deepEqual(new Set(found.map(({ rule }) => rule)), new Set(expected), JSON.stringify(found));
}
