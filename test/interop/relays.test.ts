import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { type CapturedMessage, type FindingRule, TestServer } from "envoi/testing";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { type Mode, modes } from "./clients/client.ts";
import { describeMode, serverFor } from "./clients/server-for.ts";
import type { Relays } from "./configuration.ts";
import { Exim } from "./exim.ts";
import type { MailServer } from "./mail-server.ts";
import { Postfix } from "./postfix.ts";
import { sendBySmtplib } from "./python.ts";

// Mail servers as clients: what they were given for a domain they hand on to a TestServer that offers one way only.

const user = "ada";
const password = 'open "sesame" \\ 50%';
const from = "sender@client.example";

/** A way in which a relay is spoken to. */
interface RelayMode extends Mode {
  /** By BDAT; by DATA when left out. */
  readonly chunking?: boolean;
}

interface Relaying {
  readonly name: string;
  readonly modes: readonly RelayMode[];
  readonly start: (relays: Relays, certificates: Certificates) => Promise<MailServer<"plain">>;
  /** What it does against the RFCs. */
  readonly findings: readonly FindingRule[];
}

const lmtp = ["none", "starttls", "implicit"] as const;

const servers: readonly Relaying[] = [
  {
    name: "Postfix",
    // Its client knows no BDAT; its LMTP client no TLS from the first octet.
    modes: modes({
      mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"],
      lmtp: ["none", "starttls"],
    }),
    start: (relays, certificates) => Postfix.start({ relays, certificates }),
    findings: [],
  },
  {
    name: "Exim",
    modes: [false, true].flatMap((chunking) =>
      modes({ mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5"], lmtp: lmtp.slice(0, 2) }).map((mode) => ({
        ...mode,
        chunking,
      })),
    ),
    start: (relays, certificates) => Exim.start({ relays, certificates }),
    // It passes 8-bit content on as it is, and never says so.
    findings: ["8bit-undeclared"],
  },
];

for (const { name, modes: ways, start, findings } of servers) {
  test(`${name} relays to TestServers`, async (t) => {
    const certificates = await makeCertificates();
    const targets = await Promise.all(
      ways.map((mode) => TestServer.start(serverFor(mode, certificates, { [user]: password }))),
    );
    t.after(() => Promise.all(targets.map((target) => target.close())));
    const relays = ways.map(
      ({ tls, mechanism, lmtp = false, chunking = false }, index): [string, Relays[string]] => [
        `way${index}.example`,
        {
          port: targets[index]?.port ?? 0,
          tls,
          lmtp,
          chunking,
          ...(mechanism !== undefined && { login: { mechanism, user, password } }),
        },
      ],
    );
    await using relay = await start(Object.fromEntries(relays), certificates);
    t.afterEach(relay.explain);

    const deliver = async (
      to: readonly string[],
      message: string,
      options: readonly string[],
      recipientOptions: readonly string[] = [],
    ) => {
      const how = {
        port: relay.ports.plain,
        tls: "none",
        ca: "",
        from,
        to,
        options,
        recipientOptions,
      } as const;
      await sendBySmtplib(how, message);
    };

    for (const [index, mode] of ways.entries()) {
      const target = targets[index] as TestServer;
      const way = `${describeMode(mode)}${mode.chunking === true ? ", BDAT" : ""}`;

      await t.test(`delivers byte for byte, once for both recipients: ${way}`, async () => {
        const to = ["one", "two"].map((local) => `${local}@way${index}.example`);
        await deliver(to, message, ["BODY=8BITMIME"]);
        const mail = await target.waitForMessage({ subject: "both" }, { timeout: 20_000 });
        assert.ok(mail.raw.toString().endsWith(message), mail.raw.toString());
        assert.equal(String(mail.envelope.from), from);
        assert.deepEqual([...mail.to].sort(), to);
        assertSession(mail, mode);
        assert.equal(target.messages.length, 1);
        const said = target.transcripts.map(String).join("");
        assert.equal(/\bBDAT \d/.test(said), mode.chunking === true);
      });

      if (mode.mechanism === undefined) {
        await t.test(`delivers to an address that is not ASCII: ${way}`, async () => {
          const to = `jürgen@way${index}.example`;
          await deliver([to], "Subject: Grüße\r\n\r\nx\r\n", ["SMTPUTF8", "BODY=8BITMIME"]);
          const mail = await target.waitForMessage({ to }, { timeout: 20_000 });
          assert.equal(mail.parsed.subject, "Grüße");
          assert.equal(mail.envelope.parameters.SMTPUTF8, true);
        });
      }

      if (mode.mechanism === undefined && mode.tls === "none" && mode.lmtp !== true) {
        await t.test(`delivers two megabytes: ${way}`, async () => {
          const to = `large@way${index}.example`;
          const large = `${message.replace("both", "large")}${randomBytes(1_500_000)
            .toString("base64")
            .replaceAll(/.{1,76}/g, "$&\r\n.\r\n")}`;
          await deliver([to], large, ["BODY=8BITMIME"]);
          const mail = await target.waitForMessage({ to }, { timeout: 20_000 });
          assert.ok(mail.raw.toString().endsWith(large));
        });

        await t.test(`passes on requests for notifications: ${way}`, async () => {
          const to = `dsn@way${index}.example`;
          const asked = {
            options: ["RET=HDRS", "ENVID=one+2Btwo"],
            recipientOptions: ["NOTIFY=SUCCESS,DELAY"],
          };
          await deliver([to], "Subject: x\r\n\r\nx\r\n", asked.options, asked.recipientOptions);
          const { envelope } = await target.waitForMessage({ to }, { timeout: 20_000 });
          assert.equal(envelope.parameters.RET, "HDRS");
          assert.equal(envelope.parameters.ENVID, "one+two");
          assert.deepEqual(envelope.to[0]?.parameters.NOTIFY, ["SUCCESS", "DELAY"]);
        });
      }

      await t.test(`has no findings: ${way}`, () => {
        assert.deepEqual(
          [...new Set(target.findings.map(({ rule }) => rule))],
          findings,
          JSON.stringify(target.findings.map(({ text }) => text)),
        );
      });
    }
  });
}

const message = [
  "From: sender@client.example",
  "Date: Thu, 1 Jan 2026 00:00:00 +0000",
  "Message-ID: <1@client.example>",
  "Subject: both",
  "MIME-Version: 1.0",
  "Content-Type: text/plain; charset=utf-8",
  "Content-Transfer-Encoding: 8bit",
  "",
  ".",
  "..",
  ".a dot in front",
  "Grüße, trailing spaces  ",
  "",
  "x".repeat(998),
  "",
].join("\r\n");

function assertSession({ session }: CapturedMessage, { tls, mechanism }: Mode): void {
  assert.equal(session.tls?.protocol, tls === "none" ? undefined : "TLSv1.3");
  assert.equal(session.authenticated?.mechanism, mechanism);
  assert.equal(session.authenticated?.user, mechanism && user);
}
