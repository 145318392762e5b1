import assert from "node:assert/strict";
import { test } from "node:test";
import { Credentials, Mechanism, SmtpError, SmtpTransport, Tls, TlsParameters } from "envoi";
import { INBOX_DOMAIN } from "./configuration.ts";
import { Postfix } from "./postfix.ts";

const from = "sender@interop.example";
const challenging = [Mechanism.CramMd5, Mechanism.ScramSha1, Mechanism.ScramSha256] as const;

test("SmtpTransport logs in to a real Postfix, whose SASL is Cyrus's", async (t) => {
  await using postfix = await Postfix.start({
    mechanisms: [...challenging, "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "PLAIN"],
  });
  t.afterEach(postfix.explain);
  const trusted = TlsParameters.builder().addRootCertificate(postfix.certificates.ca).build();
  const builder = (password: string) =>
    SmtpTransport.builder("localhost")
      .port(postfix.ports.submissions)
      .tls(Tls.Wrapper(trusted))
      .credentials(Credentials.password(Postfix.user, password));
  const mailTo = (to: string) => ({ from, to, subject: "hi", text: "hello" });

  for (const mechanism of challenging) {
    await t.test(`by ${mechanism}`, async () => {
      const to = `${mechanism.toLowerCase()}@${INBOX_DOMAIN}`;
      await using transport = builder(Postfix.password).authentication(mechanism).build();
      await transport.send(mailTo(to));
      assert.match((await postfix.delivered(to)).received, /Authenticated sender: ada/);
      await postfix.logged(new RegExp(`sasl_method=${mechanism}, sasl_username=ada@`));
    });

    await t.test(`by ${mechanism} with a wrong password`, async () => {
      await using transport = builder("wrong").authentication(mechanism).build();
      const error = await transport.send(mailTo(`x@${INBOX_DOMAIN}`)).catch((error: unknown) => error);
      assert.ok(error instanceof SmtpError);
      assert.deepEqual([error.kind, error.delivery, error.permanent], ["authentication", "not-sent", true]);
      assert.equal(error.reply?.code, 535);
    });
  }

  await t.test(
    "by the strongest mechanism, on connections that resume the TLS session of the first",
    async () => {
      await using transport = builder(Postfix.password).pool({ maxMessagesPerConnection: 1 }).build();
      const resumed: (boolean | undefined)[] = [];
      for (const nth of [1, 2, 3])
        resumed.push((await transport.send(mailTo(`strongest${nth}@${INBOX_DOMAIN}`))).tls?.resumed);
      assert.deepEqual(resumed, [false, true, true]);
      await postfix.logged(/sasl_method=SCRAM-SHA-256, sasl_username=ada@/, 4);
    },
  );
});
