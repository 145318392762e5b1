import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Attachment, Message } from "envoi";
import { TestServer } from "envoi/testing";

/** A message with so many octets attached, in base64. */
const withOctets = (octets: number): Message =>
  Message.create({
    from: "a@x.test",
    to: "b@y.test",
    subject: "large",
    attach: Attachment.fromBytes("a.bin", Buffer.alloc(octets, 0xff)),
  });

describe("The bytes that a server keeps", () => {
  it("need no more memory than the messages", async () => {
    await using server = await TestServer.start({ keep: { octets: 100_000 } });
    server.fail({ at: "final", when: { nth: 2 }, truncate: 10 });
    for (let count = 0; count < 3; count++) await server.transport().send(withOctets(50_000));
    assert.equal(server.messages.length, 2);
    assert.deepEqual(
      server.messages.map(({ raw }) => raw.buffer.byteLength),
      server.messages.map(({ raw }) => raw.length),
    );
    assert.equal(server.messages[0]?.raw.length, 10);
  });

  it("count what has been parsed from when somebody has looked at it", async () => {
    await using server = await TestServer.start({ keep: { octets: 200_000 } });
    for (let count = 0; count < 2; count++) await server.transport().send(withOctets(60_000));
    const [first, second] = server.messages;
    assert.equal(typeof Object.getOwnPropertyDescriptor(second, "parsed")?.get, "function");
    assert.equal(second?.parsed.attachments[0]?.content.length, 60_000);
    assert.equal(second?.parsed, second?.parsed);
    assert.deepEqual(server.messages, [second]);
    assert.equal(first?.parsed.subject, "large");
  });

  it("count what a mail that is kept twice shares with itself once", async () => {
    await using server = await TestServer.start({ keep: { octets: 100_000 } });
    server.fail({ at: "final", keep: "twice", times: 1 });
    await server.transport().send(withOctets(50_000));
    assert.equal(server.messages.length, 2);
    await server.transport().send(withOctets(1000));
    assert.equal(server.messages.length, 3);
  });

  it("count recipients", async () => {
    await using server = await TestServer.start({ keep: { octets: 50_000 } });
    const to = Array.from({ length: 90 }, (_, i) => `b${i}@y.test`);
    for (let count = 0; count < 3; count++)
      await server.transport().sendRaw({ from: "a@x.test", to }, Buffer.from("Subject: x\r\n\r\n"));
    assert.equal(server.messages.length, 1);
  });
});
