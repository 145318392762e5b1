import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Envelope, type SendOptions, type SendReport, SmtpError, type SmtpTransport } from "envoi";
import { RecipientBatches } from "#src/transport/smtp/pool/recipient-batches.js";
import { cpuTime } from "../../../cpu-time.js";
import { ScriptedServer } from "../../../net/scripted-server.js";
import { clearTo, mail, said, serve } from "../serve.js";
import { TestServer } from "../test-server.js";

const modes = ["off", "auto", "window"] as const;

function to(count: number, domain = "y.test"): string[] {
  return Array.from({ length: count }, (_, i) => `${i}@${domain}`);
}

function envelopes(server: TestServer): string[] {
  return server.messages.map(({ to }) => to.join(" "));
}

function over(server: TestServer, mode: (typeof modes)[number] = "auto"): SmtpTransport {
  return server.builder().pool({ maxSize: 1 }).pipelining(mode).build();
}

async function failure(send: Promise<SendReport>): Promise<SmtpError> {
  const error = await send.then(
    () => assert.fail("the send was to fail"),
    (reason) => reason,
  );
  assert.ok(error instanceof SmtpError, String(error));
  return error;
}

function told({ recipients }: SendReport): string[] {
  return recipients.map(({ recipient, outcome }) => `${recipient} ${outcome}`);
}

/** A server that offers these limits. */
async function limited(limits: string): Promise<TestServer> {
  const server = await TestServer.start();
  server.fail({ at: "ehlo", conceal: ["LIMITS"], offer: [`LIMITS ${limits}`] });
  return server;
}

describe("a mail for more recipients than the server takes at once", () => {
  it("goes in the number of transactions that RCPTMAX requires, under one report", async () => {
    for (const mode of modes) {
      await using server = await limited("RCPTMAX=2");
      await using transport = over(server, mode);
      const report = await transport.send({ ...mail, to: to(5) });
      assert.deepEqual(envelopes(server), ["0@y.test 1@y.test", "2@y.test 3@y.test", "4@y.test"]);
      assert.deepEqual(
        told(report),
        to(5).map((address) => `${address} accepted`),
      );
      assert.equal(server.transcripts.length, 1);
    }
  });

  it("goes in one transaction with the option once, and says that the rest may be sent at once", async () => {
    for (const mode of modes) {
      await using server = await limited("RCPTMAX=2");
      await using transport = over(server, mode);
      const options: SendOptions & { once: true } = { once: true };
      const error = await failure(transport.send({ ...mail, to: to(3) }, options));
      assert.deepEqual(told(error.report), ["0@y.test accepted", "1@y.test accepted", "2@y.test not-sent"]);
      assert.equal(Reflect.get(error, "again"), true);
      assert.deepEqual(envelopes(server), ["0@y.test 1@y.test"]);
    }
  });

  it("goes to at most RCPTDOMAINMAX domains at once, and is reported in its own order", async () => {
    await using server = await limited("RCPTDOMAINMAX=1");
    await using transport = over(server);
    const all = ["a@x.test", "a@y.test", "b@x.test", "b@y.test"];
    const report = await transport.send({ ...mail, to: all });
    assert.deepEqual(envelopes(server), ["a@x.test b@x.test", "a@y.test b@y.test"]);
    assert.deepEqual(
      told(report),
      all.map((address) => `${address} accepted`),
    );
  });

  it("is divided again after 452 4.5.3, by the number that was accepted", async () => {
    for (const mode of modes) {
      await using server = await TestServer.start({ maxRecipients: 2 });
      server.fail({ at: "ehlo", conceal: ["LIMITS"] });
      await using transport = over(server, mode);
      const report = await transport.send({ ...mail, to: to(7) });
      assert.deepEqual(
        server.messages.map(({ to }) => to.length),
        [2, 2, 2, 1],
      );
      assert.deepEqual(
        told(report),
        to(7).map((address) => `${address} accepted`),
      );
      const asked = server.transcripts[0]?.lines.filter(({ text }) => text.startsWith("RCPT")).length;
      assert.equal(asked, 7 + 2 + 2 + 1);
    }
  });

  it("is refused if one recipient is already too many", async () => {
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, { RCPT: "452 4.5.3 too many", DATA: "503 no" }),
    );
    await using transport = clearTo(server).build();
    const error = await failure(transport.send({ ...mail, to: to(3) }));
    assert.equal(error.delivery, "refused");
    assert.equal(said(server.peers[0]).filter((line) => line.startsWith("MAIL")).length, 1);
  });

  it("is divided after a 452 without enhanced code only if its text is about recipients", async () => {
    for (const [reply, transactions] of [
      ["452 Too many recipients", 2],
      ["552 Too many recipients", 2],
      ["452 4.2.2 mailbox full", 1],
      ["552 5.2.2 mailbox full", 1],
    ] as const) {
      let named = 0;
      await using server = await ScriptedServer.start((peer) =>
        serve(peer, {
          MAIL: () => {
            named = 0;
            peer.say("250 ok");
          },
          RCPT: () => peer.say(++named === 1 ? "250 ok" : reply),
        }),
      );
      await using transport = clearTo(server).build();
      const report = await transport.send({ ...mail, to: to(2) });
      assert.equal(report.accepted.length, transactions, reply);
      assert.equal(said(server.peers[0]).filter((line) => line.startsWith("MAIL")).length, transactions);
    }
  });

  it("reports each recipient of a refused transaction, and continues", async () => {
    await using server = await limited("RCPTMAX=1");
    server.fail({ at: "final", when: { recipient: "1@y.test" }, reply: "554 5.7.1 spam" });
    const report = await over(server).send({ ...mail, to: to(3) });
    assert.deepEqual(told(report), ["0@y.test accepted", "1@y.test refused", "2@y.test accepted"]);
  });

  it("reports what is unknown and what is not sent if the connection is lost", async () => {
    for (const mode of modes) {
      await using server = await limited("RCPTMAX=1");
      server.fail({ at: "final", when: { recipient: "1@y.test" }, drop: "before", by: "rst" });
      await using transport = over(server, mode);
      const error = await failure(transport.send({ ...mail, to: to(4) }));
      assert.equal(error.delivery, "unknown");
      const [first, second, ...rest] = told(error.report);
      assert.deepEqual([first, second], ["0@y.test accepted", "1@y.test unknown"]);
      for (const each of rest) assert.match(each, mode === "window" ? /not-sent|unknown/ : /not-sent/);
    }
  });

  it("continues on a fresh connection if the old one is lost before the next transaction", async () => {
    await using server = await limited("RCPTMAX=1");
    server.fail({ at: "mail", when: { nth: 2, per: "connection", connection: 1 }, drop: "before" });
    const report = await over(server).send({ ...mail, to: to(3) });
    assert.equal(report.accepted.length, 3);
    assert.equal(server.messages.length, 3);
    assert.equal(server.transcripts.length, 2);
  });

  it("can be cancelled between two transactions", async () => {
    const controller = new AbortController();
    await using server = await TestServer.start({
      data: () => {
        controller.abort();
      },
    });
    server.fail({ at: "ehlo", conceal: ["LIMITS"], offer: ["LIMITS RCPTMAX=1"] });
    await using transport = over(server);
    const error = await failure(transport.send({ ...mail, to: to(50) }, { signal: controller.signal }));
    assert.equal(error.kind, "aborted");
    assert.ok(error.report.accepted.length < 3);
  });

  it("shares connections with others between its transactions", async () => {
    await using server = await limited("RCPTMAX=3 MAILMAX=4");
    await using transport = over(server, "window");
    const sends = Array.from({ length: 20 }, (_, i) =>
      transport.send({ ...mail, to: to(1 + (i % 7), `${i}.test`) }),
    );
    for (const [i, report] of (await Promise.all(sends)).entries())
      assert.equal(report.accepted.length, 1 + (i % 7));
    for (const { lines } of server.transcripts)
      assert.ok(lines.filter(({ text }) => text.startsWith("MAIL")).length <= 4);
  });
});

describe("partial: false", () => {
  it("waits for every RCPT before the content, and sends to no recipient if one is refused", async () => {
    for (const mode of modes) {
      await using server = await TestServer.start({
        recipient: ({ recipient }) =>
          String(recipient) === "1@y.test" ? { code: 550, enhancedCode: "5.1.1", lines: "no" } : undefined,
      });
      await using transport = over(server, mode);
      const error = await failure(transport.send({ ...mail, to: to(3) }, { partial: false }));
      assert.equal(error.delivery, "refused");
      assert.equal(error.reply?.code, 550);
      assert.deepEqual(told(error.report), ["0@y.test not-sent", "1@y.test refused", "2@y.test not-sent"]);
      assert.equal(server.messages.length, 0);
      const lines = server.transcripts[0]?.lines.map(({ text }) => text) ?? [];
      assert.ok(!lines.some((line) => line === "DATA" || line.startsWith("BDAT 2")));
      assert.ok(lines.includes("RSET"));
      await transport.send({ ...mail, to: ["0@y.test", "2@y.test"] }, { partial: false });
      assert.equal(server.messages.length, 1);
      assert.equal(server.transcripts.length, 1);
    }
  });

  it("treats 452 4.5.3 as a refusal, and is refused before MAIL if the limit is known", async () => {
    await using server = await TestServer.start({ maxRecipients: 2 });
    const known = await failure(server.transport().send({ ...mail, to: to(3) }, { partial: false }));
    assert.deepEqual([known.kind, known.delivery, known.permanent], ["unsupported", "not-sent", true]);
    assert.ok(!String(server.transcripts[0]).includes("MAIL"));
    server.fail({ at: "ehlo", conceal: ["LIMITS"] });
    await using transport = over(server);
    const met = await failure(transport.send({ ...mail, to: to(3) }, { partial: false }));
    assert.deepEqual([met.kind, met.delivery, met.reply?.enhancedCode], ["rejected", "refused", "4.5.3"]);
    assert.equal(server.messages.length, 0);
  });

  it("must be true or false", async () => {
    await using server = await TestServer.start();
    for (const partial of ["no", 0, null]) {
      await assert.rejects(server.transport().send(mail, { partial: partial as never }), {
        kind: "configuration",
      });
    }
  });
});

describe("recipient batches", () => {
  it("takes linear time, whatever the limits", () => {
    const spent = cpuTime();
    const envelope = Envelope.of(
      "a@x.test",
      to(20_000).map((address, i) => `${address.split("@")[0]}@${i % 5000}.test`),
    );
    const batches = new RecipientBatches(envelope, { RCPTDOMAINMAX: 1, RCPTMAX: 3 });
    const seen = new Set<string>();
    let parts = 0;
    while (batches.goesOn) {
      const part = batches.next({ RCPTDOMAINMAX: 1, RCPTMAX: 3 });
      assert.ok(part.to.length <= 3 && new Set(part.to.map(({ domain }) => domain)).size === 1);
      for (const address of part.to) seen.add(String(address));
      batches.settle({
        recipients: part.to.map((recipient) => ({ recipient, outcome: "accepted" })),
        reusable: true,
      });
      parts++;
    }
    assert.equal(seen.size, 20_000);
    assert.ok(spent() < 5000);
    assert.equal(parts, 10_000);
    assert.ok(batches.close().recipients.every(({ outcome }) => outcome === "accepted"));
  });
});
