import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Message } from "envoi";
import { ScriptedServer } from "../../net/scripted-server.js";
import { clearTo, mail, said, serve } from "./serve.js";
import { TestServer } from "./test-server.js";

describe("SIZE", () => {
  it("is declared if the server offers it", async () => {
    await using server = await TestServer.start();
    await server.transport().send(mail);
    const size = server.messages[0]?.raw.length;
    assert.match(String(server.transcripts[0]), new RegExp(`MAIL FROM:<a@x\\.test> SIZE=${size}\\b`));
  });

  it("is not declared if the server does not", async () => {
    await using server = await TestServer.start({ without: ["SIZE"] });
    await server.transport().send(mail);
    assert.doesNotMatch(String(server.transcripts[0]), /SIZE/);
  });

  it("refuses a mail above the limit before MAIL, and keeps the connection", async () => {
    await using server = await TestServer.start({ maxMessageSize: 2000 });
    const transport = server.transport();
    await assert.rejects(transport.send({ ...mail, text: "x ".repeat(2000) }), {
      kind: "too-large",
      delivery: "not-sent",
      permanent: true,
      message: /takes at most 2000/,
    });
    await transport.send(mail);
    assert.equal(server.transcripts.length, 1);
    assert.equal(String(server.transcripts[0]).match(/MAIL FROM/g)?.length, 1);
  });

  it("limits nothing without a valid limit", async () => {
    for (const line of ["SIZE", "SIZE 0", "SIZE -1", "SIZE a", "SIZE 1 2", "SIZE 99999999999999999999"]) {
      await using server = await ScriptedServer.start((peer) => serve(peer, {}, [line]));
      await using transport = clearTo(server).build();
      await transport.send(mail);
    }
  });
});

describe("8BITMIME", () => {
  const raw = Buffer.from("Subject: x\r\n\r\ngrüße\r\n");
  const envelope = { from: "a@x.test", to: ["b@y.test"] };

  it("is declared for content that needs it", async () => {
    await using server = await TestServer.start();
    await server.transport().sendRaw(envelope, raw);
    assert.match(String(server.transcripts[0]), /MAIL FROM:<a@x\.test>.* BODY=8BITMIME/);
    assert.deepEqual(server.messages[0]?.raw, raw);
  });

  it("is not declared for content that does not", async () => {
    await using server = await TestServer.start();
    await server.transport().send(mail);
    assert.doesNotMatch(String(server.transcripts[0]), /BODY=/);
  });

  it("refuses raw content, and re-encodes a message, if it is missing", async () => {
    await using server = await TestServer.start({ without: ["8BITMIME", "SMTPUTF8"] });
    const transport = server.transport();
    await assert.rejects(transport.sendRaw(envelope, raw), {
      kind: "unsupported",
      delivery: "not-sent",
      permanent: true,
      message: /8BITMIME/,
    });
    await assert.rejects(
      transport.sendRaw(envelope, async function* () {
        yield raw;
      }),
      { kind: "unsupported", delivery: "not-sent", permanent: true, message: /8BITMIME/ },
    );
    await transport.send({ ...mail, text: "grüße" });
    const [message] = server.messages;
    assert.equal(server.messages.length, 1);
    assert.match(message?.raw.toString("latin1") ?? "", /^[\0-\x7f]*$/);
    assert.match(message?.parsed.text ?? "", /grüße/);
  });
});

describe("SMTPUTF8", () => {
  const international = { ...mail, to: "grüße@y.test" };

  it("is used if an address needs it", async () => {
    await using server = await TestServer.start();
    await server.transport().send(international);
    assert.match(String(server.transcripts[0]), /MAIL FROM:<a@x\.test>.* SMTPUTF8/);
    assert.match(String(server.transcripts[0]), /RCPT TO:<grüße@y\.test>/);
  });

  it("is used in every flight: an envelope after content, and whole mails", async () => {
    for (const mode of ["off", "auto", "window"] as const) {
      await using server = await TestServer.start();
      await using transport = server.builder().pool({ maxSize: 1 }).pipelining(mode).build();
      const to = ["dörte@example.net", "jane@example.net", "用户@example.net", "jörg@example.net"];
      await Promise.all(to.map((address) => transport.send({ ...mail, to: address })));
      assert.deepEqual(
        server.messages.map((message) => message.to),
        to.map((address) => [address]),
        mode,
      );
    }
  });

  it("is not used if no address needs it: domains are A-labels", async () => {
    await using server = await TestServer.start();
    await server.transport().send({ ...mail, to: "b@grüße.test" });
    assert.doesNotMatch(String(server.transcripts[0]), /MAIL.*SMTPUTF8/);
    assert.deepEqual(server.messages[0]?.to, ["b@xn--gre-6ka8l.test"]);
  });

  it("refuses the mail before MAIL if it is missing or forbidden", async () => {
    await using without = await TestServer.start({ without: ["SMTPUTF8"] });
    await assert.rejects(without.transport().send(international), {
      kind: "unsupported",
      delivery: "not-sent",
      permanent: true,
      message: /does not offer it/,
    });
    assert.doesNotMatch(String(without.transcripts[0]), /MAIL/);
    await using server = await TestServer.start();
    await using transport = server.builder().smtpUtf8(false).build();
    await assert.rejects(transport.send(international), {
      kind: "unsupported",
      message: /smtpUtf8\(false\) forbids it/,
    });
    assert.doesNotMatch(String(server.transcripts[0]), /MAIL/);
  });

  it("is needed by raw content with bytes above 127 in its header", async () => {
    const raw = Buffer.from("Subject: grüße\r\n\r\nx\r\n");
    await using server = await TestServer.start();
    await server.transport().sendRaw({ from: "a@x.test", to: ["b@y.test"] }, raw);
    assert.match(String(server.transcripts[0]), /SMTPUTF8/);
    await using without = await TestServer.start({ without: ["SMTPUTF8"] });
    await assert.rejects(without.transport().sendRaw({ from: "a@x.test", to: ["b@y.test"] }, raw), {
      kind: "unsupported",
      message: /header/,
    });
  });
});

describe("PIPELINING", () => {
  it("saves round trips: greeting, EHLO, envelope, content", async () => {
    await using server = await TestServer.start();
    const transport = server.transport();
    await transport.send({ ...mail, to: ["b@y.test", "c@y.test", "d@y.test"] });
    assert.equal(server.transcripts[0]?.roundTrips, 5);
    await transport.send(mail);
    assert.equal(server.transcripts[0]?.roundTrips, 7);
  });

  it("takes one round trip a mail if many wait", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().pool({ maxSize: 1 }).build();
    await Promise.all(Array.from({ length: 20 }, () => transport.send(mail)));
    assert.equal(server.transcripts[0]?.roundTrips, 4 + 20);
    assert.equal(server.messages.length, 20);
  });

  it("is not chained with a server that refuses commands after content, like Haraka", async () => {
    // Says 503 to all that came together with the end of content, and to nothing else.
    await using server = await ScriptedServer.start(async (peer) => {
      let refusing = 0;
      const unless = (line: string) => () => peer.say(refusing-- > 0 ? "503 not now" : line);
      await serve(peer, {
        MAIL: unless("250 ok"),
        RCPT: unless("250 ok"),
        DATA: async () => {
          if (refusing-- > 0) return peer.say("503 not now");
          peer.say("354 go");
          await peer.hearContent();
          refusing = peer.pending ? 3 : 0;
          peer.say("250 queued");
        },
      });
    });
    await using transport = clearTo(server).pool({ maxSize: 1 }).build();
    const reports = await Promise.all(Array.from({ length: 5 }, () => transport.send(mail)));
    assert.equal(reports.length, 5);
    assert.equal(server.peers.length, 1);
    const commands = said(server.peers[0]);
    assert.equal(commands.filter((line) => line === "RSET").length, 1);
    assert.equal(commands.filter((line) => line.startsWith("MAIL")).length, 6, "one envelope was said twice");
  });

  it("is not used if it is not offered, or forbidden", async () => {
    for (const [without, pipelining] of [
      [["PIPELINING"], "auto"],
      [[], "off"],
    ] as const) {
      await using server = await TestServer.start({ without: [...without] });
      await using transport = server.builder().pipelining(pipelining).build();
      await transport.send({ ...mail, to: ["b@y.test", "c@y.test"] });
      assert.equal(server.transcripts[0]?.roundTrips, 8);
      assert.equal(server.messages.length, 1);
    }
  });

  it("works with a server that answers byte by byte, and with one that answers all at once", async () => {
    await using slow = await ScriptedServer.start(async (peer) => {
      await peer.sayByteByByte("220 slow");
      await peer.hear();
      await peer.sayByteByByte("250-slow", "250 PIPELINING");
      for (let i = 0; i < 3; i++) await peer.hear();
      await peer.sayByteByByte("250-ok", "250 ok", "250 ok", "354 go");
      await peer.hearContent();
      await peer.sayByteByByte("250 queued");
      await peer.answer("221 bye");
    });
    await using transport = clearTo(slow).build();
    assert.equal((await transport.send(mail)).accepted.length, 1);
  });
});

describe("EHLO", () => {
  it("names the host if it is qualified, otherwise the socket's own address, never localhost", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    await using transport = clearTo(server).build();
    await transport.send(mail);
    assert.match(
      said(server.peers[0])[0] ?? "",
      /^EHLO (?:\[127\.0\.0\.1\]|(?!localhost$)[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/,
    );
  });

  it("gives the configured name, as A-labels", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    await using transport = clearTo(server).helloName("Bücher.example").build();
    await transport.send(mail);
    assert.equal(said(server.peers[0])[0], "EHLO xn--bcher-kva.example");
  });

  it("is followed by HELO if it is refused, and the mail is sent", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer, { EHLO: "500 what?" }));
    await using transport = clearTo(server).helloName("client.test").build();
    const message = Message.create({ ...mail, text: "grüße" });
    await transport.send(message);
    assert.deepEqual(said(server.peers[0]).slice(0, 3), [
      "EHLO client.test",
      "HELO client.test",
      "MAIL FROM:<a@x.test>",
    ]);
    assert.match(server.peers[0]?.received.toString("latin1") ?? "", /^[\0-\x7f]*$/);
  });
});
