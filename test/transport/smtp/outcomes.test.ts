import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EnvoiError, SmtpError, SmtpTransport, Tls } from "envoi";
import { ScriptedServer } from "../../net/scripted-server.js";
import { clearTo, mail, said, serve } from "./serve.js";
import { TestServer } from "./test-server.js";

const three = { ...mail, to: ["b@y.test", "c@y.test", "d@y.test"] };

function refusing(replies: Readonly<Record<string, [number, string]>>): Promise<TestServer> {
  return TestServer.start({
    recipient({ recipient }) {
      const [code, enhancedCode] = replies[String(recipient)] ?? [];
      return code === undefined ? undefined : { code, enhancedCode, lines: `no ${recipient}` };
    },
  });
}

async function failure(send: Promise<unknown>): Promise<SmtpError> {
  const error = await send.then(
    () => assert.fail("the send was to fail"),
    (reason) => reason,
  );
  assert.ok(error instanceof SmtpError, String(error));
  return error;
}

describe("a report", () => {
  it("has each recipient, in the order of the envelope", async () => {
    await using server = await refusing({ "c@y.test": [550, "5.1.1"] });
    const report = await server.transport().send(three);
    assert.deepEqual(
      report.recipients.map(({ recipient, outcome, reply }) => [String(recipient), outcome, reply?.code]),
      [
        ["b@y.test", "accepted", 250],
        ["c@y.test", "refused", 550],
        ["d@y.test", "accepted", 250],
      ],
    );
    assert.deepEqual(report.accepted.map(String), ["b@y.test", "d@y.test"]);
    assert.deepEqual(
      report.rejected.map(({ recipient, reply }) => `${recipient}: ${reply}`),
      ["c@y.test: 550 5.1.1 no c@y.test"],
    );
    assert.equal(report.messageId, server.messages[0]?.parsed.messageId);
    assert.deepEqual(server.messages[0]?.to, ["b@y.test", "d@y.test"]);
  });

  it("comes with the error if no recipient is left, and the first refusal decides the kind", async () => {
    for (const pipelining of ["auto", "off"] as const) {
      await using server = await refusing({
        "b@y.test": [450, "4.2.1"],
        "c@y.test": [550, "5.1.1"],
        "d@y.test": [550, "5.1.1"],
      });
      await using transport = server.builder().pipelining(pipelining).build();
      const error = await failure(transport.send(three));
      assert.equal(error.kind, "rejected");
      assert.equal(error.delivery, "refused");
      assert.equal(error.transient, true);
      assert.equal(error.phase, "rcpt");
      assert.equal(error.reply?.code, 450);
      assert.deepEqual(
        error.report.recipients.map(({ outcome }) => outcome),
        ["refused", "refused", "refused"],
      );
      assert.equal(server.messages.length, 0);
    }
  });

  it("separates unknown from refused for a mail lost after its content", async () => {
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        RCPT: (line) => peer.say(line.includes("c@y.test") ? "550 5.1.1 no" : "250 ok"),
        ".": () => peer.cut(),
      }),
    );
    await using transport = clearTo(server).build();
    const error = await failure(transport.send(three));
    assert.equal(error.delivery, "unknown");
    assert.equal(error.kind, "connection");
    assert.deepEqual(
      error.report.recipients.map(({ outcome }) => outcome),
      ["unknown", "refused", "unknown"],
    );
  });

  it("has delivery refused if a recipient was, for a mail lost before its content", async () => {
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        RCPT: (line) => peer.say(line.includes("c@y.test") ? "550 5.1.1 no" : "250 ok"),
        DATA: () => peer.cut(),
      }),
    );
    await using transport = clearTo(server).build();
    const error = await failure(transport.send(three));
    assert.equal(error.delivery, "refused");
    assert.deepEqual(
      error.report.recipients.map(({ outcome }) => outcome),
      ["not-sent", "refused", "not-sent"],
    );
  });

  it("has the server's reason for a mail that is refused in the middle of its content", async () => {
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        async DATA() {
          peer.say("354 go");
          await peer.octets(200_000);
          peer.say("552 5.3.4 too big");
          peer.halfClose();
        },
      }),
    );
    await using transport = clearTo(server).build();
    const error = await failure(
      transport.sendRaw({ from: "a@x.test", to: ["b@y.test"] }, async function* () {
        for (;;) yield Buffer.from(`${"x".repeat(998)}\r\n`.repeat(50));
      }),
    );
    assert.equal(error.kind, "too-large");
    assert.equal(error.delivery, "refused");
    assert.equal(error.reply?.code, 552);
  });
});

describe("a source that fails", () => {
  it("in the middle of content does not end it at the server: the mail is not sent", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().build();
    const broken = transport.sendRaw({ from: "a@x.test", to: ["b@y.test"] }, async function* () {
      yield Buffer.from("Subject: x\r\n\r\nhalf of it\r\n");
      throw new Error("disk gone");
    });
    const error = await failure(broken);
    assert.equal(error.kind, "content");
    assert.equal(error.delivery, "not-sent");
    assert.match(error.message, /disk gone/);
    await transport.send(mail);
    assert.equal(server.messages.length, 1);
    assert.equal(server.transcripts.length, 2);
  });

  it("also fails by invalid data (a bare LF among CRLF, NUL, a long line), and names the line", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().build();
    for (const [octets, message] of [
      ["Subject: x\r\n\r\na\nb\r\n", /line 3/],
      ["Subject: x\r\n\r\na\0b\r\n", /line 3/],
      [`Subject: x\r\n\r\n${"x".repeat(999)}\r\n`, /line 3/],
      ["Subject: x\r\n\r\na\rb\r\n", /line 3/],
    ] as const) {
      const error = await failure(
        transport.sendRaw({ from: "a@x.test", to: ["b@y.test"] }, async function* () {
          for (const octet of Buffer.from(octets)) yield Buffer.of(octet);
        }),
      );
      assert.equal(error.kind, "content");
      assert.equal(error.delivery, "not-sent");
      assert.match(error.message, message);
      await assert.rejects(
        transport.sendRaw({ from: "a@x.test", to: ["b@y.test"] }, Buffer.from(octets)),
        (whole: EnvoiError) =>
          whole.delivery === "not-sent" && whole.permanent && message.test(whole.message),
      );
    }
    assert.equal(server.messages.length, 0);
  });

  it("is refused before a connection if it is not a source", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().build();
    for (const content of ["text", null, undefined, {}, 5]) {
      await assert.rejects(
        transport.sendRaw({ from: "a@x.test", to: ["b@y.test"] }, content as unknown as Buffer),
        { kind: "configuration", delivery: "not-sent" },
      );
    }
    assert.equal(server.transcripts.length, 0);
  });

  it("that opens nothing, fails to open, or gives text fails with kind content", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().build();
    for (const open of [
      () => undefined,
      () => Promise.reject(new Error("no such file")),
      () => {
        throw new Error("no such file");
      },
      async function* () {
        yield "text";
      },
    ]) {
      const error = await failure(
        transport.sendRaw(
          { from: "a@x.test", to: ["b@y.test"] },
          open as unknown as () => AsyncIterable<Buffer>,
        ),
      );
      assert.equal(error.kind, "content");
      assert.equal(error.delivery, "not-sent");
    }
    assert.equal(server.messages.length, 0);
  });
});

describe("raw bytes", () => {
  it("arrive unchanged, whole or byte by byte, but with CRLF if all lines end in LF", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().build();
    const expected = "Subject: x\r\n\r\n.dot\r\n..\r\n\r\n.\r\nend\r\n";
    for (const text of [expected, expected.replaceAll("\r\n", "\n")]) {
      await transport.sendRaw({ from: "a@x.test", to: ["b@y.test"] }, Buffer.from(text));
      await transport.sendRaw({ from: "a@x.test", to: ["b@y.test"] }, async function* () {
        for (const octet of Buffer.from(text)) yield Uint8Array.of(octet);
      });
    }
    assert.deepEqual(
      server.messages.map(({ raw }) => raw.toString()),
      [expected, expected, expected, expected],
    );
  });

  it("of several megabytes are streamed", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().build();
    const line = Buffer.from(`.${"x".repeat(75)}\r\n`);
    const block = Buffer.concat(Array.from({ length: 1000 }, () => line));
    await transport.sendRaw({ from: "a@x.test", to: ["b@y.test"] }, async function* () {
      yield Buffer.from("Subject: x\r\n\r\n");
      for (let i = 0; i < 30; i++) yield block;
    });
    assert.equal(server.messages[0]?.raw.length, 14 + 30_000 * line.length);
  });
});

describe("an error", () => {
  it("of a port where nothing listens says so, and gives a hint for this machine", async () => {
    await using free = await ScriptedServer.start(() => {});
    const { port } = free;
    await free[Symbol.asyncDispose]();
    await using transport = SmtpTransport.unencryptedLocalhost(port);
    const error = await failure(transport.send(mail));
    assert.equal(error.kind, "connection");
    assert.equal(error.delivery, "not-sent");
    assert.equal(error.phase, "connect");
    assert.equal(error.transient, true);
    assert.equal(
      error.message,
      `nothing listens on localhost:${port}; a mail catcher usually listens on 1025`,
    );
  });

  it("has the waiting caller in its stack", async () => {
    await using free = await ScriptedServer.start(() => {});
    const { port } = free;
    await free[Symbol.asyncDispose]();
    await using transport = SmtpTransport.unencryptedLocalhost(port);
    async function sendReceipt(): Promise<void> {
      await transport.send(mail);
    }
    async function sendStored(): Promise<void> {
      await transport.sendRaw({ from: "a@x.test", to: ["b@y.test"] }, Buffer.from("Subject: x\n\nx\n"));
    }
    await assert.rejects(sendReceipt(), { stack: /at async sendReceipt .*outcomes/ });
    await assert.rejects(sendStored(), { stack: /at async sendStored .*outcomes/ });
  });

  it("of an unknown host says so", async () => {
    await using transport = SmtpTransport.builder("no-such-host.invalid").tls(Tls.None).build();
    const error = await failure(transport.send(mail));
    assert.equal(error.kind, "connection");
    assert.match(error.message, /no-such-host\.invalid/);
  });

  it("shows addresses in its report and its reply only", async () => {
    await using server = await refusing({ "b@y.test": [550, "5.1.1"] });
    const error = await failure(server.transport().send(mail));
    const { inspect } = await import("node:util");
    for (const shown of [
      error.message,
      JSON.stringify(error),
      inspect(error, { depth: 9 }),
      error.stack ?? "",
    ]) {
      assert.doesNotMatch(shown, /b@y\.test|a@x\.test/);
    }
    assert.match(error.message, /550 5\.1\.1 no \[address\]/);
    assert.equal(String(error.report.rejected[0]?.recipient), "b@y.test");
    assert.equal(EnvoiError.is(error), true);
  });

  it("holds invalid bytes of the server only masked", async () => {
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, { MAIL: () => peer.say("hello b@y.test") }),
    );
    await using transport = clearTo(server).build();
    const error = await failure(transport.send(mail));
    assert.equal(error.kind, "protocol");
    const { inspect } = await import("node:util");
    assert.doesNotMatch(inspect(error, { depth: 9 }), /b@y\.test/);
  });
});

describe("a mail", () => {
  it("with an explicit envelope uses it", async () => {
    await using server = await TestServer.start();
    const report = await server
      .transport()
      .send(mail, { envelope: { from: "bounces@x.test", to: ["other@y.test"] } });
    assert.deepEqual(server.messages[0]?.to, ["other@y.test"]);
    assert.equal(String(server.messages[0]?.envelope.from), "bounces@x.test");
    assert.deepEqual(report.accepted.map(String), ["other@y.test"]);
  });

  it("of invalid fields is refused before a connection", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    await using transport = clearTo(server).build();
    await assert.rejects(transport.send({ ...mail, to: "b@y.test\r\nRCPT TO:<evil@x.test>" }), {
      kind: "address",
    });
    await assert.rejects(transport.send({ ...mail, subject: "a\r\nBcc: evil@x.test" }), { kind: "message" });
    await assert.rejects(transport.send(null as unknown as typeof mail));
    assert.deepEqual(said(server.peers[0]), [""]);
  });
});
