import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import {
  Attachment,
  Credentials,
  Envelope,
  Mechanism,
  Message,
  SendError,
  SmtpError,
  SmtpTransport,
  type SmtpTransportBuilder,
  Tls,
  TlsParameters,
} from "envoi";
import { makeCertificates } from "./certificates.ts";
import { INBOX_DOMAIN, RECIPIENT_LIMIT, type Service } from "./configuration.ts";
import { Postfix } from "./postfix.ts";

const from = "sender@interop.example";

test("SmtpTransport into a real Postfix", async (t) => {
  await using postfix = await Postfix.start();
  t.afterEach(postfix.explain);

  const trusted = TlsParameters.builder().addRootCertificate(postfix.certificates.ca).build();
  const builder = (service: Service, tls: Tls, host = "localhost"): SmtpTransportBuilder =>
    SmtpTransport.builder(host).port(postfix.ports[service]).tls(tls);

  /** Sends a small mail to a recipient of its own, and returns what came of it at both ends. */
  const send = async (transport: SmtpTransport, localPart: string) => {
    const to = `${localPart}@${INBOX_DOMAIN}`;
    const message = Message.create({ from, to, subject: localPart, text: "Hello\n" });
    const report = await transport.send(message);
    await transport.close();
    return { message, report, delivered: await postfix.delivered(to) };
  };

  /** What a send is refused with; nothing may have come of it. */
  const refusal = async (transport: SmtpTransport, to: string | readonly string[]): Promise<SmtpError> => {
    try {
      const report = await transport.send({ from, to, subject: "refused", text: "refused" });
      assert.fail(`it was accepted: ${JSON.stringify(report)}`);
    } catch (error) {
      if (error instanceof SmtpError) return error;
      throw error;
    } finally {
      await transport.close();
    }
  };

  await t.test("delivers plaintext over loopback unchanged", async () => {
    const transport = SmtpTransport.unencryptedLocalhost(postfix.ports.plain);
    const { message, report, delivered } = await send(transport, "plain");
    assert.deepEqual(delivered.message, message.formatted());
    assert.equal(delivered.returnPath, from);
    assert.match(delivered.received, /with ESMTP id/);
    assert.match(String(report.reply), /^250 2\.0\.0 Ok: queued as/);
    assert.deepEqual(report.accepted.map(String), [`plain@${INBOX_DOMAIN}`]);
  });

  await t.test("delivers over STARTTLS, required", async () => {
    const { message, delivered } = await send(builder("starttls", Tls.Required(trusted)).build(), "starttls");
    assert.deepEqual(delivered.message, message.formatted());
    assert.match(delivered.received, /using TLSv1\.3 with cipher .* with ESMTPS id/);
  });

  await t.test("delivers over STARTTLS, opportunistic", async () => {
    const transport = builder("starttls", Tls.Opportunistic(trusted)).build();
    const { delivered } = await send(transport, "opportunistic");
    assert.match(delivered.received, /using TLSv1\.3/);
  });

  await t.test("continues in plaintext, opportunistic, if Postfix has no TLS", async () => {
    const { delivered } = await send(builder("plain", Tls.Opportunistic(trusted)).build(), "cleartext");
    assert.doesNotMatch(delivered.received, /TLS/);
  });

  await t.test("delivers over implicit TLS", async () => {
    const { message, delivered } = await send(builder("wrapper", Tls.Wrapper(trusted)).build(), "wrapper");
    assert.deepEqual(delivered.message, message.formatted());
    assert.match(delivered.received, /using TLSv1\.3 with cipher .* with ESMTPS id/);
  });

  await t.test("delivers over TLS to an IP address that is in the certificate", async () => {
    const { delivered } = await send(builder("wrapper", Tls.Wrapper(trusted), "127.0.0.1").build(), "by-ip");
    assert.match(delivered.received, /using TLSv1\.3/);
  });

  for (const [what, service, tls] of [
    ["STARTTLS is not offered", "plain", Tls.Required(trusted)],
    ["no trusted authority signed the certificate of STARTTLS", "starttls", Tls.Required],
    ["no trusted authority signed the certificate", "wrapper", Tls.Wrapper],
    ["another authority vouches for the certificate", "wrapper", Tls.Wrapper(await untrusted())],
    ["the certificate bears another name", "wrapper", Tls.Wrapper(otherName(postfix))],
  ] as const) {
    await t.test(`sends nothing when ${what}`, async () => {
      const error = await refusal(builder(service, tls).build(), `tls@${INBOX_DOMAIN}`);
      assert.equal(error.kind, "tls");
      assert.equal(error.delivery, "not-sent");
    });
  }

  for (const mechanism of [Mechanism.Plain, Mechanism.Login]) {
    for (const [service, tls] of [
      ["submission", Tls.Required(trusted)],
      ["submissions", Tls.Wrapper(trusted)],
      ["plainAuth", Tls.None],
    ] as const) {
      const transport = (password: string): SmtpTransport =>
        builder(service, tls, "127.0.0.1")
          .credentials(Credentials.password(Postfix.user, password))
          .authentication(mechanism)
          .build();

      await t.test(`logs in by AUTH ${mechanism} on ${service}`, async () => {
        const { delivered } = await send(transport(Postfix.password), `${mechanism}-${service}`);
        assert.match(delivered.received, /Authenticated sender: ada/);
      });

      await t.test(`is refused by AUTH ${mechanism} with a wrong password on ${service}`, async () => {
        const error = await refusal(transport("wrong"), `auth@${INBOX_DOMAIN}`);
        assert.equal(error.kind, "authentication");
        assert.equal(error.delivery, "not-sent");
        assert.equal(error.permanent, true);
        assert.equal(error.reply?.code, 535);
      });
    }
  }

  await t.test("reports Postfix's refusal if it has no credentials", async () => {
    const error = await refusal(builder("submissions", Tls.Wrapper(trusted)).build(), `auth@${INBOX_DOMAIN}`);
    assert.equal(error.delivery, "refused");
    assert.match(String(error.reply), /^554 5\.7\.1/);
  });

  await t.test("delivers to local parts that are not ASCII, by SMTPUTF8", async () => {
    const transport = SmtpTransport.unencryptedLocalhost(postfix.ports.plain);
    const to = `jürgen@${INBOX_DOMAIN}`;
    const message = Message.create({ from: "Zoë <zoë@interop.example>", to, subject: "ü", text: "x" });
    await transport.send(message);
    await transport.close();
    const delivered = await postfix.delivered(to);
    assert.equal(delivered.returnPath, "zoë@interop.example");
    assert.match(delivered.received, /with UTF8SMTP id/);
    assert.deepEqual(delivered.message, message.formatted());
  });

  await t.test("delivers an attachment of 5 MB byte for byte", async () => {
    const content = randomBytes(5_000_000);
    const to = `large@${INBOX_DOMAIN}`;
    const message = Message.create({
      from,
      to,
      subject: "large",
      text: "see attachment",
      attach: Attachment.fromBytes("data.bin", content, "application/octet-stream"),
    });
    await using transport = builder("wrapper", Tls.Wrapper(trusted)).build();
    await transport.send(message);
    const { message: delivered } = await postfix.delivered(to);
    assert.ok(delivered.equals(message.formatted()));
    const text = delivered.toString("latin1");
    const encoded = text.slice(text.indexOf("\r\n\r\n", text.indexOf("data.bin")));
    assert.ok(Buffer.from(encoded.slice(0, encoded.indexOf("--")), "base64").equals(content));
  });

  await t.test(
    "delivers dots at line starts, and every other line that might end the content early",
    async () => {
      const lines = [".", "..", "...", ".a", "a.", "", ".", "QUIT", "", " .", "From me", ".\t", "", "."];
      for (const [localPart, ends] of [
        ["dots", [...lines, ""]],
        ["dots-first", [".", ...lines]],
      ] as const) {
        const to = `${localPart}@${INBOX_DOMAIN}`;
        const content = Buffer.from(`From: <${from}>\r\nSubject: dots\r\n\r\n${ends.join("\r\n")}\r\n`);
        await using transport = SmtpTransport.unencryptedLocalhost(postfix.ports.plain);
        await transport.sendRaw(Envelope.of(from, [to]), content);
        assert.equal((await postfix.delivered(to)).message.toString(), content.toString());
      }
    },
  );

  await t.test("sends text that is not ASCII as 8-bit, because Postfix offers 8BITMIME", async () => {
    const to = `text@${INBOX_DOMAIN}`;
    await using transport = SmtpTransport.unencryptedLocalhost(postfix.ports.plain);
    await transport.send({ from, to, subject: "x", text: "Grüße aus Köln\n" });
    const { message } = await postfix.delivered(to);
    assert.match(message.toString(), /\r\nContent-Transfer-Encoding: 8bit\r\n/);
    assert.ok(message.toString().endsWith("\r\n\r\nGrüße aus Köln\r\n"));
  });

  await t.test("sends 8-bit content from another source unchanged", async () => {
    const to = `eight@${INBOX_DOMAIN}`;
    const content = Buffer.from(`From: <${from}>\r\nSubject: x\r\n\r\nGrüße, ${"ü".repeat(400)}\r\n`);
    await using transport = SmtpTransport.unencryptedLocalhost(postfix.ports.plain);
    await transport.sendRaw(Envelope.of(from, [to]), content);
    assert.equal((await postfix.delivered(to)).message.toString(), content.toString());
  });

  await t.test("delivers to Bcc without showing it to others", async () => {
    const bcc = `hidden@${INBOX_DOMAIN}`;
    await using transport = SmtpTransport.unencryptedLocalhost(postfix.ports.plain);
    await transport.send({ from, to: `seen@${INBOX_DOMAIN}`, bcc, subject: "x", text: "x" });
    for (const to of [bcc, `seen@${INBOX_DOMAIN}`]) {
      assert.doesNotMatch((await postfix.delivered(to)).message.toString(), /hidden/);
    }
  });

  await t.test("reports a refused recipient, and delivers to the others", async () => {
    await using transport = SmtpTransport.unencryptedLocalhost(postfix.ports.plain);
    const to = [`some@${INBOX_DOMAIN}`, `nobody@${INBOX_DOMAIN}`, `others@${INBOX_DOMAIN}`];
    const report = await transport.send({ from, to, subject: "x", text: "x" });
    assert.deepEqual(
      report.recipients.map(({ outcome }) => outcome),
      ["accepted", "refused", "accepted"],
    );
    assert.equal(String(report.rejected[0]?.recipient), `nobody@${INBOX_DOMAIN}`);
    assert.match(String(report.rejected[0]?.reply), /^550 5\.1\.1/);
    await postfix.delivered(`some@${INBOX_DOMAIN}`);
    await postfix.delivered(`others@${INBOX_DOMAIN}`);
  });

  await t.test(
    "rejects with the reply when every recipient is refused, and keeps the connection",
    async () => {
      await using transport = SmtpTransport.unencryptedLocalhost(postfix.ports.plain);
      await assert.rejects(
        transport.send({
          from,
          to: [`nobody@${INBOX_DOMAIN}`, "x@elsewhere.example"],
          subject: "x",
          text: "x",
        }),
        (error: unknown) => {
          assert.ok(error instanceof SmtpError);
          assert.deepEqual(
            {
              kind: error.kind,
              delivery: error.delivery,
              permanent: error.permanent,
              code: error.reply?.code,
            },
            { kind: "rejected", delivery: "refused", permanent: true, code: 550 },
          );
          assert.equal(error.report.rejected.length, 2);
          return true;
        },
      );
      await transport.send({ from, to: `afterwards@${INBOX_DOMAIN}`, subject: "x", text: "x" });
      await postfix.delivered(`afterwards@${INBOX_DOMAIN}`);
    },
  );

  await t.test("refuses a mail above Postfix's SIZE before it goes out", async () => {
    await using transport = SmtpTransport.unencryptedLocalhost(postfix.ports.plain);
    const content = Buffer.from(`Subject: big\r\n\r\n${`${"x".repeat(76)}\r\n`.repeat(400_000)}`);
    await assert.rejects(transport.sendRaw(Envelope.of(from, [`big@${INBOX_DOMAIN}`]), content), {
      kind: "too-large",
    });
  });

  await t.test("sends to more recipients than Postfix takes at once in a second transaction", async () => {
    const to = Array.from({ length: RECIPIENT_LIMIT + 20 }, (_, i) => `many${i}@${INBOX_DOMAIN}`);
    await using transport = SmtpTransport.unencryptedLocalhost(postfix.ports.plain);
    const report = await transport.send({ from, bcc: to, subject: "x", text: "x" });
    assert.deepEqual(report.accepted.map(String), to);
    for (const each of to) await postfix.delivered(each);
  });

  await t.test("sends nothing of a refused mail", async () => {
    assert.ok(SmtpError.prototype instanceof SendError);
    const log = await postfix.log();
    for (const never of ["tls", "auth", "nobody", "big"]) {
      assert.doesNotMatch(log, new RegExp(`to=<${never}@${INBOX_DOMAIN}>.*status=`));
    }
  });
});

async function untrusted(): Promise<TlsParameters> {
  const { ca } = await makeCertificates();
  return TlsParameters.builder().addRootCertificate(ca).build();
}

function otherName({ certificates: { ca } }: Postfix): TlsParameters {
  return TlsParameters.builder("mail.example.org").addRootCertificate(ca).build();
}
