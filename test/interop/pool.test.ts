import assert from "node:assert/strict";
import { test } from "node:test";
import { Credentials, SmtpTransport, Tls, TlsParameters } from "envoi";
import { INBOX_DOMAIN } from "./configuration.ts";
import { Postfix } from "./postfix.ts";

const MAILS = 100;
const CONNECTIONS = 3;

test("a pool into a real Postfix", async (t) => {
  await using postfix = await Postfix.start();
  t.afterEach(postfix.explain);
  const { ports, certificates } = postfix;

  const send = async (transport: SmtpTransport, to: string): Promise<void> => {
    const reports = await Promise.all(
      Array.from({ length: MAILS }, (_, i) =>
        transport.send({ from: "sender@interop.example", to, subject: `mail ${i}`, text: `mail ${i}\n` }),
      ),
    );
    await transport.close();
    assert.ok(reports.every(({ accepted }) => accepted.length === 1));
  };

  /** Each mail arrived once, over at most as many connections as were allowed, and each ended with QUIT. */
  const check = async (service: keyof typeof ports, to: string): Promise<void> => {
    const delivered = await postfix.deliveries(to, MAILS);
    const subjects = delivered.map(({ message }) => /^Subject: (.*)\r$/m.exec(message.toString())?.[1]);
    const expected = Array.from({ length: MAILS }, (_, i) => `mail ${i}`);
    assert.deepEqual(subjects.toSorted(), expected.toSorted());

    // The log is written in order: when the last delivery is in it, so is every connection.
    await postfix.logged(new RegExp(`to=<${to}>.* status=sent`), MAILS);
    const connected = new RegExp(`postfix/${service}/smtpd\\[\\d+\\]: connect from`);
    const connections = (await postfix.logged(connected)).length;
    assert.ok(connections <= CONNECTIONS, `${connections} connections`);
    const quit = new RegExp(`postfix/${service}/smtpd\\[\\d+\\]: disconnect from .* quit=1`);
    assert.equal((await postfix.logged(quit, connections)).length, connections);
  };

  await t.test(`sends ${MAILS} mails in plaintext over at most ${CONNECTIONS} connections`, async () => {
    const transport = SmtpTransport.builder("localhost")
      .port(ports.plain)
      .tls(Tls.None)
      .pool({ maxSize: CONNECTIONS })
      .build();
    const to = `pool@${INBOX_DOMAIN}`;
    await send(transport, to);
    await check("plain", to);
  });

  await t.test(`logs in at most ${CONNECTIONS} times for ${MAILS} mails over TLS`, async () => {
    const transport = SmtpTransport.builder("localhost")
      .port(ports.submissions)
      .tls(Tls.Wrapper(TlsParameters.builder().addRootCertificate(certificates.ca).build()))
      .credentials(Credentials.password(Postfix.user, Postfix.password))
      .pool({ maxSize: CONNECTIONS })
      .build();
    const to = `tls-pool@${INBOX_DOMAIN}`;
    await send(transport, to);
    await check("submissions", to);
  });
});
