import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { SmtpServer } from "envoi/server";
import { CertificateAuthority } from "envoi/testing";
import { Client } from "../client.js";

let ca: CertificateAuthority;
before(async () => {
  ca = await CertificateAuthority.create();
});

describe("SmtpServer: listeners", () => {
  it("are several ports of one server, each with TLS in its own way", async () => {
    let taken = 0;
    await using server = await SmtpServer.listen({
      listeners: [{ tls: "starttls" }, { tls: "implicit" }, { tls: "none", lmtp: true }],
      certificates: ca.issue({ names: ["localhost"] }),
      domains: ["y.test"],
      maxConnections: 3,
      data: () => void taken++,
    });
    const [plain, implicit, lmtp] = server.listeners;
    assert.ok(plain && implicit && lmtp);
    assert.equal(plain.port, server.port);
    const trusted = { ca: ca.cert, servername: "localhost" };
    await using first = await Client.connect(plain.port);
    await using second = await Client.connect(implicit.port, trusted);
    await using third = await Client.connect(lmtp.port);
    for (const client of [first, second, third]) assert.match(await client.reply(), /^220 /);
    assert.match(await first.ask("EHLO x"), /STARTTLS/);
    assert.doesNotMatch(await second.ask("EHLO x"), /STARTTLS/);
    assert.doesNotMatch(await third.ask("LHLO x"), /STARTTLS/);
    for (const client of [first, second, third]) {
      client.say("MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
      assert.match((await client.replies(4)).at(-1) ?? "", /^250 2\.6\.0/);
    }
    assert.equal(taken, 3);
    await using fourth = await Client.connect(lmtp.port);
    assert.match(await fourth.reply(), /^421 /);
  });

  it("require TLS and a login each for itself, or as the server does", async () => {
    const { cert, key } = ca.issue({ names: ["localhost"] });
    await using server = await SmtpServer.listen({
      listeners: [{ requireAuth: true, requireTls: true }, { tls: "none" }, { requireAuth: false }],
      certificates: { cert, key },
      auth: ({ user }) => ({ user }),
      requireAuth: false,
    });
    const answers = await Promise.all(
      server.listeners.map(async ({ port }) => {
        await using client = await Client.connect(port);
        await client.reply();
        await client.ask("EHLO x");
        return await client.ask("MAIL FROM:<a@x.test>");
      }),
    );
    const accepted = "250 2.1.0 Sender accepted";
    assert.deepEqual(answers, ["530 5.7.0 Must issue a STARTTLS command first", accepted, accepted]);
    const [submission] = server.listeners;
    await using client = await Client.connect(submission?.port ?? 0);
    await client.reply();
    await client.ask("EHLO x");
    await client.starttls({ ca: ca.cert, servername: "localhost" });
    await client.ask("EHLO x");
    assert.equal(await client.ask("MAIL FROM:<a@x.test>"), "530 5.7.0 Authentication required");
    await client.ask(`AUTH PLAIN ${Buffer.from("\0jo\0secret").toString("base64")}`);
    assert.equal(await client.ask("MAIL FROM:<a@x.test>"), accepted);
  });

  it("all close if the server cannot listen on one of them", async () => {
    await using taken = await SmtpServer.listen();
    const listeners = [{ port: 0 }, { port: taken.port }];
    await assert.rejects(SmtpServer.listen({ listeners }), { kind: "connection" });
  });

  it("are refused if they are not valid", async () => {
    for (const listeners of [[], [{ tls: "starttls" as const }], [{ prot: 25 } as object]])
      await assert.rejects(SmtpServer.listen({ listeners }), { kind: "configuration" });
    await assert.rejects(SmtpServer.listen({ requireTls: true }), { kind: "configuration" });
  });
});

describe("SmtpServer: limits", () => {
  it("refuses connections beyond the limit of an address, until one of them ends", async () => {
    await using server = await SmtpServer.listen({ host: "127.0.0.1", maxConnectionsPerAddress: 1 });
    await using first = await Client.connect(server.port);
    assert.match(await first.reply(), /^220 /);
    await using second = await Client.connect(server.port);
    assert.match(await second.reply(), /^421 Too many connections from your address/);
    await second.rest();
    second.end();
    await first.ask("QUIT");
    await first.rest();
    first.end();
    for (;;) {
      await using next = await Client.connect(server.port);
      if ((await next.reply()).startsWith("220 ")) break;
    }
  });

  it("more replies than a client takes are never held", async () => {
    await using server = await SmtpServer.listen({ maxCommands: 1_000_000, maxReplyBacklog: 1000 });
    await using client = await Client.connect(server.port);
    client.write("EHLO x\r\n".repeat(5000));
    client.say("QUIT");
    const text = await client.rest();
    assert.equal(text.split("250 LIMITS").length, 5001);
  });
});

describe("SmtpServer: a slow hook", () => {
  it("does not hold back the replies to what came before it", async () => {
    let release = () => {};
    await using server = await SmtpServer.listen({
      domains: ["y.test"],
      data: () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    });
    await using client = await Client.connect(server.port);
    client.say("EHLO x", "MAIL FROM:<>", "RCPT TO:<b@y.test>", "BDAT 0 LAST", "QUIT");
    // The hook goes on only when these have come.
    assert.match((await client.replies(4))[3] ?? "", /^250 2\.1\.5/);
    release();
    assert.match((await client.replies(2))[0] ?? "", /^250 2\.6\.0/);
  });
});
