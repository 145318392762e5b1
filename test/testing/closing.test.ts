import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LmtpTransport } from "envoi";
import { CertificateAuthority, TestServer, type TestServerOptions } from "envoi/testing";
import { Client } from "../server/client.js";

const mail = { from: "a@x.test", to: "b@y.test", subject: "one", text: "hello" };

/**
 * Clients that send at once, each over a connection of its own; the server ends once the test has seen as many mails.
 */
async function outcomes(
  options: TestServerOptions,
  clients: number,
  end: "close" | "dispose",
): Promise<string[]> {
  const server = await TestServer.start(options);
  const seen = server.waitForMessages(clients, {}, { timeout: 20_000 });
  const transports = Array.from({ length: clients }, () => server.builder().build());
  const sent = transports.map((transport) =>
    transport.send(mail).then(
      ({ accepted }) => `accepted ${accepted.length}`,
      (error: Error) => error.message,
    ),
  );
  await seen;
  await (end === "close" ? server.close() : server[Symbol.asyncDispose]());
  const told = await Promise.all(sent);
  await Promise.all(transports.map((transport) => transport.close({ force: true })));
  return told;
}

describe("a server that is closed once a test has seen its mail", () => {
  const kinds: readonly (readonly [what: string, options: TestServerOptions])[] = [
    ["in clear", {}],
    ["over STARTTLS", { tls: "starttls" }],
    ["over implicit TLS", { tls: "implicit" }],
    ["by LMTP", { lmtp: true }],
    ["with a hook that takes its time", { data: () => new Promise((resolve) => setImmediate(resolve)) }],
  ];
  for (const [what, options] of kinds)
    for (const clients of [1, 20])
      it(`tells the clients that it is accepted, ${clients} of them, ${what}`, async () => {
        const told = await outcomes(options, clients, clients === 1 ? "dispose" : "close");
        assert.deepEqual(told, Array(clients).fill("accepted 1"));
      });

  const envelope = "MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n";
  const streams: readonly (readonly [what: string, said: string, mails: number])[] = [
    ["in chunks", `${envelope}BDAT 5\r\nx\r\n\r\nBDAT 0 LAST\r\n`, 1],
    ["behind each other in one packet", `${envelope}BDAT 3 LAST\r\nx\r\n`.repeat(3), 3],
    ["with the envelope of the next", `${envelope}DATA\r\nx\r\n.\r\n${envelope}DATA\r\n`, 1],
  ];
  for (const [what, said, mails] of streams)
    it(`says 250 to mails that come ${what}`, async () => {
      const server = await TestServer.start();
      await using client = await Client.connect(server.port);
      await client.reply();
      client.write(`EHLO c.test\r\n`);
      await client.reply();
      client.write(said);
      await server.waitForMessages(mails);
      await server.close();
      assert.equal((await client.rest()).match(/^250 2\.6\.0/gm)?.length, mails);
    });

  it("does not wait for a reply that a fault holds back", async () => {
    for (const fault of [{ stall: true }, { drop: "before" }, { raw: "250 ok\r\n" }] as const) {
      const server = await TestServer.start();
      server.fail({ at: "final", ...fault });
      const transport = server.builder().build();
      const sent = transport.send(mail).then(
        () => "accepted",
        () => "failed",
      );
      await server.waitForMessage();
      await server.close();
      assert.equal(await sent, "raw" in fault ? "accepted" : "failed");
      await transport.close({ force: true });
    }
  });

  it("does not make a wait lose a message when it is cleared", async () => {
    await using server = await TestServer.start();
    const transport = server.transport();
    const sent = transport.send(mail);
    await server.waitForMessage();
    server.clear();
    assert.equal((await sent).accepted.length, 1);
    assert.deepEqual(server.messages, []);
  });
});

describe("waits for messages", () => {
  it("end when the server is closed, with what did arrive", async () => {
    const server = await TestServer.start();
    await server.transport().send(mail);
    const waits = [
      server.waitForMessage({ to: "c@y.test" }, { timeout: 60_000 }),
      server.inbox("c@y.test").waitForMessages(2, {}, { timeout: 60_000 }),
    ].map((wait) =>
      assert.rejects(wait, { kind: "closed", message: /before the server was closed; (?:1|none) arrived/ }),
    );
    const none = server.expectNoMessage(60_000, { to: "c@y.test" });
    await server.close();
    await Promise.all([...waits, none]);
    await assert.rejects(server.waitForMessage({ to: "c@y.test" }), { kind: "closed" });
    assert.equal((await server.waitForMessage()).parsed.subject, "one");
  });

  it("last as long as the option of the server or the call says", async () => {
    await using server = await TestServer.start({ waitTimeout: 3 });
    await assert.rejects(server.waitForMessage(), { kind: "timeout", message: /within 3 ms/ });
    await assert.rejects(server.inbox("@y.test").waitForMessage(), { message: /within 3 ms/ });
    await assert.rejects(server.waitForMessages(2, {}, { timeout: 1 }), { message: /within 1 ms/ });
    await assert.rejects(TestServer.start({ waitTimeout: -1 }), {
      kind: "configuration",
      message: /waitTimeout/,
    });
  });

  it("still return the message that was not expected", async () => {
    await using server = await TestServer.start();
    await server.transport().send(mail);
    await assert.rejects(server.expectNoMessage(1), /there is <a@x\.test>/);
    await assert.rejects(server.expectNoMessage(1), /there is <a@x\.test>/);
    assert.equal((await server.waitForMessage()).parsed.subject, "one");
    await server.expectNoMessage(1);
  });
});

describe("a server that listens on all addresses", () => {
  for (const [host, local] of [
    ["0.0.0.0", "127.0.0.1"],
    ["::", "::1"],
  ] as const)
    for (const tls of ["none", "starttls", "implicit"] as const)
      it(`tells clients ${local} for ${host}, with TLS ${tls}`, async () => {
        await using server = await TestServer.start({ host, tls });
        assert.equal(server.host, local);
        assert.equal(server.env.SMTP_HOST, local);
        assert.ok(server.url.includes(local.includes(":") ? `[${local}]:` : `${local}:`), server.url);
        assert.equal(server.env.SMTP_URL, server.url);
        await server.transport().send(mail);
        assert.equal(server.messages.length, 1);
      });

  it("tells LMTP clients so too", async () => {
    await using server = await TestServer.start({ host: "0.0.0.0", lmtp: true });
    const transport = LmtpTransport.fromUrl(server.url).build();
    await transport.send(mail);
    await transport.close();
    assert.equal(server.messages.length, 1);
  });
});

describe("certificates of a server", () => {
  for (const year of [2000, 2026, 2041])
    it(`hold in a test whose Date is in ${year}, and those with a flaw do not`, async ({ mock }) => {
      mock.timers.enable({ apis: ["Date"], now: Date.UTC(year, 5, 1) });
      const ca = await CertificateAuthority.create();
      await using sound = await TestServer.start({ tls: "implicit", ca });
      await sound.transport().send(mail);
      for (const certificate of ["expired", "not-yet-valid"] as const) {
        await using server = await TestServer.start({ tls: "implicit", ca, certificate });
        await assert.rejects(server.transport().send(mail), { kind: "tls" });
      }
    });
});
