import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LmtpTransport, Message, MessageError, SmtpTransport } from "envoi";
import { TestServer } from "./test-server.ts";

const defaults = { from: "Shop <shop@example.org>", headers: { "X-Mailer": "shop" } };

describe("SmtpTransportBuilder.defaults", () => {
  it("applies to the fields of send and sendAll, and not to a built Message", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().defaults(defaults).build();
    await transport.send({ to: "b@y.test", subject: "1", text: "t" });
    await transport.send({
      to: "b@y.test",
      from: "me@x.test",
      subject: "2",
      headers: { "x-mailer": "own" },
      text: "t",
    });
    await transport.sendAll([
      { to: "b@y.test", subject: "3", text: "t" },
      { message: { to: "b@y.test", subject: "4", text: "t" } },
    ]);
    await transport.send(Message.create({ from: "built@x.test", to: "b@y.test", subject: "5", text: "t" }));
    const seen = server.messages
      .map(({ parsed: { subject, from }, raw }) => [
        subject,
        from?.address,
        /^X-Mailer: (.*)$/im.exec(raw.toString("latin1"))?.[1]?.trim(),
      ])
      .sort();
    assert.deepEqual(seen, [
      ["1", "shop@example.org", "shop"],
      ["2", "me@x.test", "own"],
      ["3", "shop@example.org", "shop"],
      ["4", "shop@example.org", "shop"],
      ["5", "built@x.test", undefined],
    ]);
  });

  it("is kept by clone(), and one builder's defaults do not reach another", async () => {
    await using server = await TestServer.start();
    const builder = server.builder().defaults(defaults);
    await using fork = builder.clone().defaults({ from: "fork@x.test" }).build();
    await using transport = builder.build();
    await fork.send({ to: "b@y.test", subject: "fork", text: "t" });
    await transport.send({ to: "b@y.test", subject: "original", text: "t" });
    assert.deepEqual(
      server.messages.map(({ envelope }) => String(envelope.from)),
      ["fork@x.test", "shop@example.org"],
    );
  });

  it("refuses impossible fields at once, also for LMTP", () => {
    const wrong = { form: "a@x.test" } as object;
    assert.throws(() => SmtpTransport.relay("mail.example.org").defaults(wrong), MessageError);
    assert.throws(() => LmtpTransport.builder("mail.example.org").defaults(wrong), MessageError);
  });

  it("reports the missing sender of a mail as if there were no defaults", async () => {
    await using transport = SmtpTransport.relay("mail.example.org").defaults({ subject: "s" }).build();
    await assert.rejects(transport.send({ to: "b@y.test", text: "t" }), /from/);
  });
});
