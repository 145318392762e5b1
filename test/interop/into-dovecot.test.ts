import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { LmtpTransport, type SmtpTransportBuilder, Tls, TlsParameters } from "envoi";
import { INBOX_DOMAIN } from "./configuration.ts";
import { Dovecot } from "./dovecot.ts";

let dovecot: Dovecot;

before(async () => {
  dovecot = await Dovecot.start({ users: ["ada", "bob", "eve", "zoe"] });
});
after(() => dovecot[Symbol.asyncDispose]());

/** The ways to it. */
const ways: Readonly<Record<string, () => SmtpTransportBuilder<LmtpTransport>>> = {
  ada: () => LmtpTransport.builder("127.0.0.1").port(dovecot.ports.plain),
  bob: () => LmtpTransport.builder("127.0.0.1").port(dovecot.ports.plain).tls(Tls.Required(trusting())),
  eve: () => LmtpTransport.builder("127.0.0.1").port(dovecot.ports.wrapper).tls(Tls.Wrapper(trusting())),
  zoe: () => LmtpTransport.unixSocket(dovecot.socket),
};

function trusting(): TlsParameters {
  return TlsParameters.builder("localhost").addRootCertificate(dovecot.certificates.ca).build();
}

describe("LMTP into Dovecot", () => {
  for (const [user, begin] of Object.entries(ways)) {
    const what = { ada: "in clear", bob: "by STARTTLS", eve: "over TLS", zoe: "by its Unix socket" }[user];
    it(`delivers mails byte for byte and answers each recipient: ${what}`, async () => {
      const to = [`${user}@${INBOX_DOMAIN}`, `nobody@${INBOX_DOMAIN}`];
      await using transport = begin().pool({ maxSize: 1 }).build();
      const count = 50;
      const raw = (n: number) => `Subject: ${n}\r\n\r\n.\r\n..${n}\r\n`;
      const reports = await Promise.all(
        Array.from({ length: count }, (_, n) =>
          transport.sendRaw({ from: "a@x.example", to }, Buffer.from(raw(n))),
        ),
      );
      for (const { recipients } of reports) {
        assert.deepEqual(
          recipients.map(({ outcome, reply }) => [outcome, reply?.code, reply?.enhancedCode]),
          [
            ["accepted", 250, "2.0.0"],
            ["refused", 550, "5.1.1"],
          ],
        );
      }
      const arrived = await dovecot.deliveries(to[0] as string, count);
      assert.deepEqual(
        arrived.map(({ message }) => message.toString()).sort(),
        Array.from({ length: count }, (_, n) => raw(n)).sort(),
      );
    });
  }

  it("reports what the server is and supports", async () => {
    await using transport = ways["bob"]?.().build() as LmtpTransport;
    const info = await transport.testConnection();
    assert.equal(info.name, "mx.dovecot.example");
    assert.equal(info.extensions["PIPELINING"], "");
    assert.equal(info.tls?.verified, true);
  });
});
