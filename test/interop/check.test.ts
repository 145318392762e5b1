import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { check } from "../cli/check/check.ts";
import { Aiosmtpd } from "./aiosmtpd.ts";
import { makeCertificates } from "./certificates.ts";
import { offers, type Service } from "./configuration.ts";
import { Exim } from "./exim.ts";
import { MailServer } from "./mail-server.ts";
import { OpenSmtpd } from "./opensmtpd.ts";
import { Postfix } from "./postfix.ts";
import { SmtpSink } from "./smtp-sink.ts";

// `envoi check` with servers of others that are in order: whatever it finds would be a false alarm.

const certificates = await makeCertificates();
const folder = mkdtempSync(join(tmpdir(), "envoi-check-"));
after(() => rmSync(folder, { recursive: true }));
const ca = join(folder, "ca.pem");
writeFileSync(ca, certificates.ca);

const servers = {
  Postfix: () => Postfix.start({ certificates }),
  Exim: () => Exim.start({ certificates }),
  aiosmtpd: () => Aiosmtpd.start({ certificates }),
  OpenSMTPD: () => OpenSmtpd.start(),
} as const satisfies Readonly<Record<string, () => Promise<MailServer<string>>>>;

for (const [name, start] of Object.entries(servers)) {
  test(`check finds nothing wrong with ${name}, but the login in plaintext`, async (t) => {
    await using server: MailServer<string> = await start();
    t.afterEach(server.explain);
    for (const [service, port] of Object.entries(server.ports)) {
      const { tls = "none", auth = false } = Object.hasOwn(offers, service) ? offers[service as Service] : {};
      await t.test(service, async () => {
        const { findings, server: summary } = await check(urlOf(tls, auth, port), ["--ca", ca], {
          ENVOI_PASSWORD: MailServer.password,
        });
        const codes = findings.map(({ code }) => code);
        assert.deepEqual(codes, auth && tls === "none" ? ["auth-only-in-clear"] : []);
        if (auth) assert.equal(summary?.login?.accepted, true);
        if (tls !== "none") assert.equal(summary?.encryption?.verified, true);
      });
    }
  });
}

test("check finds nothing wrong with smtp-sink, but the login in plaintext", async () => {
  await using sink = await SmtpSink.start();
  const { findings } = await check(`smtp://127.0.0.1:${sink.port}`);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ["auth-only-in-clear"],
  );
});

function urlOf(tls: "none" | "starttls" | "wrapper", auth: boolean, port: number): string {
  const login = auth ? `${MailServer.user}@` : "";
  const query = tls === "starttls" ? "?tls=required" : "";
  return `${tls === "wrapper" ? "smtps" : "smtp"}://${login}localhost:${port}${query}`;
}
