/**
 * A program like a user's: it builds a mail, sends it over TLS with a login, and reads it back. It has no top-level
 * await, so it compiles to CommonJS too. run.js runs it in projects of every kind.
 */
import { EnvoiError, Message, type SendReport, SmtpTransport, Tls, TlsParameters } from "envoi";
import { SmtpServer } from "envoi/server";
import { TestServer } from "envoi/testing";

async function main(): Promise<void> {
  const server = await TestServer.start({ tls: "starttls", users: { ada: "secret" } });
  try {
    const trusted = TlsParameters.builder().addRootCertificate(server.ca).build();
    const transport = SmtpTransport.builder(server.host)
      .port(server.port)
      .tls(Tls.Required(trusted))
      .timeout(10_000)
      .build();
    const message = Message.builder()
      .from("Shop <shop@example.com>")
      .to("Zoë <zoe@example.org>")
      .subject("Grüße")
      .text("Hallo Zoë, 10 €.")
      .build();
    const report: SendReport = await transport.send(message);
    expect(report.accepted.join(), "zoe@example.org");
    await transport.close();
    const caught = await server.waitForMessage({ to: "zoe@example.org" });
    expect(caught.parsed.subject, "Grüße");
    expect(caught.parsed.text?.trim(), "Hallo Zoë, 10 €.");
  } finally {
    await server.close();
  }
  await refusedWithoutOpinion();
  console.log("sent and caught");
}

/** Checks that a server without hooks refuses every recipient, with an error that has a kind. */
async function refusedWithoutOpinion(): Promise<void> {
  const server = await SmtpServer.listen({ port: 0 });
  const transport = SmtpTransport.unencryptedLocalhost(server.port);
  try {
    await transport.send({ from: "a@example.com", to: "b@example.com", subject: "x", text: "x" });
    throw new TypeError("The mail was taken.");
  } catch (error) {
    if (!EnvoiError.is(error)) throw error;
    expect(error.delivery, "refused");
  } finally {
    await transport.close();
    await server.close();
  }
}

function expect(actual: string | undefined, expected: string): void {
  if (actual !== expected) throw new TypeError(`${String(actual)} is not ${expected}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
